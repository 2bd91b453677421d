/// `schema/image.schema.json`, for `modelkit-assets schema image`; a test compares the two.
enum ImageSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:image",
          "title": "An image that modelkit-assets image built, or would build",
          "description": "Printed to standard output by image --format json. A command that fails prints a report instead.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "format", "version", "dry_run", "reference", "digest", "media_type", "assets_dir", "cache_key", "platforms",
            "layers", "size"
          ],
          "properties": {
            "format": { "const": "modelkit-assets/image" },
            "version": { "const": 1, "description": "Of this format." },
            "dry_run": { "type": "boolean", "description": "Whether nothing was written." },
            "reference": { "type": ["string", "null"], "description": "Where the image is, with its digest." },
            "digest": { "$ref": "#/$defs/digest_or_null", "description": "Of the index, or of the only manifest." },
            "media_type": { "type": ["string", "null"], "description": "Of what digest names." },
            "assets_dir": { "type": "string", "description": "Path of the assets directory in the image." },
            "cache_key": { "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "As cache-key prints it." },
            "platforms": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/platform" } },
            "layers": {
              "type": "array",
              "minItems": 1,
              "description": "The lowest first; the same on every platform.",
              "items": { "$ref": "#/$defs/layer" }
            },
            "size": { "type": "integer", "minimum": 0, "description": "Of all layers, in bytes." }
          },
          "$defs": {
            "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
            "digest_or_null": { "type": ["string", "null"], "pattern": "^sha256:[0-9a-f]{64}$" },
            "platform": {
              "type": "object",
              "additionalProperties": false,
              "required": ["platform", "manifest", "config"],
              "properties": {
                "platform": { "type": "string", "description": "OS/ARCHITECTURE[/VARIANT]" },
                "manifest": { "$ref": "#/$defs/digest_or_null" },
                "config": { "$ref": "#/$defs/digest_or_null", "description": "The image ID of most engines." }
              }
            },
            "layer": {
              "type": "object",
              "additionalProperties": false,
              "required": ["digest", "recipe", "size", "files", "assets", "state"],
              "properties": {
                "digest": { "$ref": "#/$defs/digest_or_null", "description": "null where it is not computed yet." },
                "recipe": {
                  "$ref": "#/$defs/digest",
                  "description": "Of what the layer is made of: known before its bytes are, and equal for equal layers."
                },
                "size": { "type": "integer", "minimum": 1024, "description": "In bytes." },
                "files": { "type": "integer", "minimum": 0, "description": "Files of assets, without markers." },
                "assets": { "type": "array", "minItems": 1, "items": { "type": "string", "description": "NAME:VERSION" } },
                "state": {
                  "enum": ["planned", "written", "reused", "pushed", "mounted"],
                  "description": "reused: the target had it already. mounted: the registry had it in another repository."
                }
              }
            }
          }
        }

        """#
}
