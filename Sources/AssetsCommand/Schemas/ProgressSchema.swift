/// `schema/progress.schema.json`, for `modelkit-assets schema progress`; a test compares the two.
enum ProgressSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:progress",
          "title": "A line of modelkit-assets --progress json",
          "description": "Printed to standard error while assets are fetched, pushed or packed into an image. A reader that does not keep up loses lines.",
          "type": "object",
          "required": ["event"],
          "properties": {
            "event": { "enum": ["started", "waiting", "progress", "ended", "warning", "note", "error", "finished"] },
            "asset": { "type": "string", "description": "NAME:VERSION" },
            "time": { "type": "number", "minimum": 0, "description": "Seconds since the run began." }
          },
          "oneOf": [
            {
              "description": "A fetch, or a push, begins.",
              "additionalProperties": false,
              "required": ["asset", "time", "objects"],
              "properties": {
                "event": { "const": "started" },
                "asset": true,
                "time": true,
                "objects": { "type": "integer", "minimum": 0 }
              }
            },
            {
              "description": "Another process holds the asset's lock; again whenever the holder changes.",
              "additionalProperties": false,
              "required": ["asset", "time", "lock", "limit"],
              "properties": {
                "event": { "const": "waiting" },
                "asset": true,
                "time": true,
                "lock": { "type": "string", "description": "The lock file's path." },
                "holder": { "type": "string", "description": "Left out where the system does not say." },
                "limit": { "type": "number", "minimum": 0, "description": "How long the wait may last, in seconds." }
              }
            },
            {
              "description": "More bytes are there; at most one a second for each asset.",
              "additionalProperties": false,
              "required": ["asset", "time", "bytes"],
              "properties": {
                "event": { "const": "progress" },
                "asset": true,
                "time": true,
                "bytes": { "type": "integer", "minimum": 0, "description": "With those of an earlier run." },
                "total_bytes": { "type": "integer", "minimum": 0, "description": "Left out while it is not known." }
              }
            },
            {
              "additionalProperties": false,
              "required": ["asset", "time", "outcome"],
              "properties": {
                "event": { "const": "ended" },
                "asset": true,
                "time": true,
                "outcome": { "enum": ["present", "fetched", "pushed", "packed", "failed", "skipped", "interrupted"] },
                "because": { "type": "string", "description": "The asset for want of which this one was skipped." },
                "error": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": ["code", "message", "hint"],
                  "properties": {
                    "code": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
                    "message": { "type": "string" },
                    "hint": { "type": ["string", "null"] }
                  }
                }
              }
            },
            {
              "description": "Something to know about the run.",
              "additionalProperties": false,
              "required": ["message"],
              "properties": {
                "event": { "enum": ["warning", "note"] },
                "message": { "type": "string" }
              }
            },
            {
              "description": "Something that went wrong and is not about one asset's fetch.",
              "additionalProperties": false,
              "required": ["code", "message", "hint", "file", "line", "column"],
              "properties": {
                "event": { "const": "error" },
                "code": { "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
                "message": { "type": "string" },
                "hint": { "type": ["string", "null"] },
                "file": { "type": ["string", "null"] },
                "line": { "type": ["integer", "null"], "minimum": 1 },
                "column": { "type": ["integer", "null"], "minimum": 1 }
              }
            },
            {
              "description": "The last line.",
              "additionalProperties": false,
              "required": ["status", "exit_status", "totals"],
              "properties": {
                "event": { "const": "finished" },
                "status": { "enum": ["done", "failed", "interrupted"] },
                "exit_status": { "type": "integer", "minimum": 0 },
                "totals": { "type": "object", "description": "As in the report." }
              }
            }
          ]
        }

        """#
}
