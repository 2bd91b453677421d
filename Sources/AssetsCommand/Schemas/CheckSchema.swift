/// `schema/check.schema.json`, for `modelkit-assets schema check`; a test compares the two.
enum CheckSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:check",
          "title": "What modelkit-assets check found",
          "description": "Printed to standard output by check --format json.",
          "type": "object",
          "additionalProperties": false,
          "required": ["format", "version", "status", "sections", "exit_status"],
          "properties": {
            "format": { "const": "modelkit-assets/check" },
            "version": { "const": 1, "description": "Of this format." },
            "status": {
              "enum": ["ok", "failed", "unproven"],
              "description": "failed where a row is, or else unproven where a row is."
            },
            "sections": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["title", "rows"],
                "properties": {
                  "title": { "type": "string" },
                  "rows": { "type": "array", "items": { "$ref": "#/$defs/row" } }
                }
              }
            },
            "exit_status": { "type": "integer", "minimum": 0, "maximum": 255 }
          },
          "$defs": {
            "row": {
              "type": "object",
              "additionalProperties": false,
              "required": ["name", "value", "source", "state", "remedy"],
              "properties": {
                "name": { "type": "string" },
                "value": { "type": "string", "description": "Never a secret." },
                "source": { "type": ["string", "null"], "description": "Where the value came from." },
                "state": {
                  "enum": ["ok", "failed", "unproven", "info"],
                  "description": "unproven: neither shown to work nor to fail. info: nothing that could fail."
                },
                "remedy": { "type": ["string", "null"], "description": "What to do, in a line." }
              }
            }
          }
        }

        """#
}
