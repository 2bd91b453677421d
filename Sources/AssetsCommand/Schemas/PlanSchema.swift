/// `schema/plan.schema.json`, as the program prints it. A test compares the two.
enum PlanSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:plan",
          "title": "A plan of modelkit-assets",
          "description": "What would be done to make the assets of a spec present, in an order in which it can be done.",
          "type": "object",
          "additionalProperties": false,
          "required": ["format", "version", "assets_dir", "store", "steps", "warnings", "totals"],
          "properties": {
            "format": { "const": "modelkit-assets/plan" },
            "version": { "description": "Of this format.", "const": 1 },
            "assets_dir": { "description": "Absolute path of the assets directory.", "type": "string", "pattern": "^/" },
            "store": {
              "description": "The store, without a secret; null where there is none (pre-downloaded mode).",
              "type": ["string", "null"]
            },
            "steps": {
              "description": "Dependencies before what waits for them.",
              "type": "array",
              "items": { "$ref": "#/$defs/step" }
            },
            "warnings": { "type": "array", "items": { "type": "string" } },
            "totals": { "$ref": "#/$defs/totals" }
          },
          "$defs": {
            "step": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "asset", "name", "version", "kind", "action", "reason", "objects", "needed_by", "waits_for", "path"
              ],
              "properties": {
                "asset": { "$ref": "#/$defs/pin" },
                "name": { "type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$" },
                "version": { "$ref": "#/$defs/version" },
                "kind": { "description": "Null where nothing is fetched.", "enum": ["file", "directory", null] },
                "action": { "enum": ["keep", "fetch", "refetch"] },
                "reason": { "description": "Why it is fetched again.", "type": ["string", "null"] },
                "objects": { "description": "What is fetched.", "type": "array", "items": { "$ref": "#/$defs/object" } },
                "needed_by": {
                  "description": "Entries of the spec, as `file:line specification`, and assets, as `name:version`.",
                  "type": "array",
                  "items": { "type": "string" }
                },
                "waits_for": {
                  "description": "What must be there before this appears.",
                  "type": "array",
                  "items": { "$ref": "#/$defs/pin" }
                },
                "path": { "description": "Where it is or will be.", "type": "string", "pattern": "^/" }
              },
              "allOf": [
                {
                  "if": { "properties": { "action": { "const": "refetch" } } },
                  "then": { "properties": { "reason": { "type": "string" } } },
                  "else": { "properties": { "reason": { "type": "null" } } }
                },
                {
                  "if": { "properties": { "action": { "const": "keep" } } },
                  "then": { "properties": { "kind": { "type": "null" }, "objects": { "maxItems": 0 } } },
                  "else": { "properties": { "kind": { "type": "string" } } }
                }
              ]
            },
            "object": {
              "type": "object",
              "additionalProperties": false,
              "required": ["path", "key", "size"],
              "properties": {
                "path": { "description": "Inside the asset; null where the asset is one file.", "type": ["string", "null"] },
                "key": { "description": "In the bucket.", "type": "string", "minLength": 1 },
                "size": { "description": "In bytes; null where it is not known.", "type": ["integer", "null"], "minimum": 0 }
              }
            },
            "totals": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "assets", "keep", "fetch", "refetch", "objects", "bytes", "objects_of_unknown_size", "free_bytes"
              ],
              "properties": {
                "assets": { "$ref": "#/$defs/count" },
                "keep": { "$ref": "#/$defs/count" },
                "fetch": { "$ref": "#/$defs/count" },
                "refetch": { "$ref": "#/$defs/count" },
                "objects": { "description": "Those that are fetched.", "$ref": "#/$defs/count" },
                "bytes": { "description": "The known sizes of these, added up.", "$ref": "#/$defs/count" },
                "objects_of_unknown_size": { "$ref": "#/$defs/count" },
                "free_bytes": {
                  "description": "On the assets directory's file system.",
                  "type": ["integer", "null"],
                  "minimum": 0
                }
              }
            },
            "pin": { "type": "string", "pattern": "^[^:]+:[^:]+$" },
            "version": { "type": "string", "pattern": "^[A-Za-z0-9._-]+$" },
            "count": { "type": "integer", "minimum": 0 }
          }
        }

        """#
}
