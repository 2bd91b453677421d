/// `schema/report.schema.json`, for `modelkit-assets schema report`; a test compares the two.
enum ReportSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:report",
          "title": "What modelkit-assets resolve came to",
          "description": "Printed to standard output with --format json, on success and on failure.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "format", "version", "status", "assets_dir", "store", "assets", "warnings", "errors", "totals", "exit_status"
          ],
          "properties": {
            "format": { "const": "modelkit-assets/report" },
            "version": { "const": 1, "description": "Of this format." },
            "status": { "enum": ["done", "failed", "interrupted"] },
            "assets_dir": { "type": ["string", "null"], "description": "Absolute." },
            "store": { "type": ["string", "null"], "description": "The store's address, without a secret." },
            "assets": {
              "type": "array",
              "description": "Dependencies before what needs them.",
              "items": { "$ref": "#/$defs/asset" }
            },
            "warnings": { "type": "array", "items": { "type": "string" } },
            "errors": {
              "type": "array",
              "description": "Every error: those of the run, then those of its assets.",
              "items": { "$ref": "#/$defs/failure" }
            },
            "totals": { "$ref": "#/$defs/totals" },
            "exit_status": { "type": "integer", "minimum": 0, "maximum": 255 }
          },
          "$defs": {
            "count": { "type": "integer", "minimum": 0 },
            "asset": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "asset", "name", "version", "requested", "kind", "action", "outcome", "path", "sub_paths",
                "downloaded_objects", "downloaded_bytes", "error"
              ],
              "properties": {
                "asset": { "type": "string", "description": "NAME:VERSION" },
                "name": { "type": "string" },
                "version": { "type": "string" },
                "requested": {
                  "type": "array",
                  "description": "The specification strings that it meets; empty for a dependency.",
                  "items": { "type": "string" }
                },
                "kind": { "enum": ["file", "directory", null], "description": "null where nothing had to be fetched." },
                "action": { "enum": ["keep", "fetch", "refetch"], "description": "What the plan said." },
                "outcome": { "enum": ["present", "fetched", "failed", "skipped", "interrupted"] },
                "path": {
                  "type": ["string", "null"],
                  "description": "Absolute: where it is after present and fetched, and otherwise would be."
                },
                "sub_paths": {
                  "type": "array",
                  "description": "Absolute: the parts that were asked for.",
                  "items": { "type": "string" }
                },
                "downloaded_objects": { "$ref": "#/$defs/count" },
                "downloaded_bytes": { "$ref": "#/$defs/count" },
                "error": { "anyOf": [{ "$ref": "#/$defs/error" }, { "type": "null" }] }
              }
            },
            "error": {
              "type": "object",
              "additionalProperties": false,
              "required": ["code", "message", "hint"],
              "properties": {
                "code": { "$ref": "#/$defs/code" },
                "message": { "type": "string" },
                "hint": { "type": ["string", "null"] }
              }
            },
            "failure": {
              "type": "object",
              "additionalProperties": false,
              "required": ["code", "message", "hint", "file", "line", "column"],
              "properties": {
                "code": { "$ref": "#/$defs/code" },
                "message": { "type": "string" },
                "hint": { "type": ["string", "null"] },
                "file": { "type": ["string", "null"] },
                "line": { "type": ["integer", "null"], "minimum": 1 },
                "column": { "type": ["integer", "null"], "minimum": 1, "description": "In Unicode scalars." }
              }
            },
            "code": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
            "totals": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "assets", "present", "fetched", "failed", "skipped", "interrupted", "downloaded_objects", "downloaded_bytes",
                "cached_objects", "cached_bytes", "kept_objects", "kept_bytes", "resumed_bytes", "seconds"
              ],
              "properties": {
                "assets": { "$ref": "#/$defs/count" },
                "present": { "$ref": "#/$defs/count" },
                "fetched": { "$ref": "#/$defs/count" },
                "failed": { "$ref": "#/$defs/count" },
                "skipped": { "$ref": "#/$defs/count" },
                "interrupted": { "$ref": "#/$defs/count" },
                "downloaded_objects": { "$ref": "#/$defs/count" },
                "downloaded_bytes": { "$ref": "#/$defs/count" },
                "cached_objects": { "$ref": "#/$defs/count", "description": "From the shared cache." },
                "cached_bytes": { "$ref": "#/$defs/count" },
                "kept_objects": { "$ref": "#/$defs/count", "description": "Of repaired assets, files that were intact." },
                "kept_bytes": { "$ref": "#/$defs/count" },
                "resumed_bytes": { "$ref": "#/$defs/count", "description": "What earlier runs that did not end had fetched." },
                "seconds": { "type": "number", "minimum": 0 }
              }
            }
          }
        }

        """#
}
