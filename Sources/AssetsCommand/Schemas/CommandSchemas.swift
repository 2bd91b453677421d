/// `schema/lock-changes.schema.json`, for `modelkit-assets schema lock-changes`; a test compares the two.
enum LockChangesSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:lock-changes",
          "title": "What modelkit-assets lock changed",
          "description": "Printed to standard output by lock --format json.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "format", "version", "lockfile", "assets", "written", "dry_run", "changes", "changed_dependencies"
          ],
          "properties": {
            "format": { "const": "modelkit-assets/lock-changes" },
            "version": { "const": 1, "description": "Of this format." },
            "lockfile": { "type": "string", "description": "Its path, relative as the spec's was given." },
            "assets": { "type": "integer", "minimum": 0, "description": "How many versions the lockfile pins." },
            "written": {
              "type": "boolean",
              "description": "false where the lockfile is up to date, with --check and with --dry-run."
            },
            "dry_run": { "type": "boolean", "description": "true: the changes would be made." },
            "changes": {
              "type": "array",
              "description": "The assets whose versions change, sorted by name.",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["name", "removed", "added"],
                "properties": {
                  "name": { "type": "string" },
                  "removed": { "type": "array", "items": { "type": "string" }, "description": "Versions." },
                  "added": { "type": "array", "items": { "type": "string" }, "description": "Versions." }
                }
              }
            },
            "changed_dependencies": {
              "type": "array",
              "description": "Pinned versions that stay, whose dependencies change.",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["asset", "dependencies"],
                "properties": {
                  "asset": { "type": "string", "description": "name:version" },
                  "dependencies": { "type": "array", "items": { "type": "string" }, "description": "The new ones." }
                }
              }
            }
          }
        }

        """#
}

/// `schema/annotate.schema.json`, for `modelkit-assets schema annotate`; a test compares the two.
enum AnnotateSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:annotate",
          "title": "What modelkit-assets annotate recorded",
          "description": "Printed to standard output by annotate --format json.",
          "type": "object",
          "additionalProperties": false,
          "required": ["format", "format_version", "asset", "name", "version", "recorded_files", "dry_run"],
          "properties": {
            "format": { "const": "modelkit-assets/annotate" },
            "format_version": { "const": 1 },
            "asset": { "type": "string", "description": "name:version" },
            "name": { "type": "string" },
            "version": { "type": "string", "description": "Of the asset." },
            "recorded_files": {
              "type": "integer",
              "minimum": 0,
              "description": "Files whose size and SHA-256 were recorded; 0 where all of them were before."
            },
            "dry_run": { "type": "boolean", "description": "true: they would be recorded." }
          }
        }

        """#
}
