/// `schema/lock.schema.json`, for `modelkit-assets schema lock`; a test compares the two.
enum LockSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:lock",
          "title": "assets.lock",
          "description": "What modelkit-assets pins for an assets.yaml. Written by the program, read as YAML.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "version",
            "assets"
          ],
          "properties": {
            "version": {
              "const": 1,
              "description": "Of this format."
            },
            "assets": {
              "type": "array",
              "description": "Sorted by name and version, each once.",
              "items": {
                "$ref": "#/$defs/asset"
              }
            }
          },
          "$defs": {
            "asset": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "version",
                "kind",
                "pushed",
                "files"
              ],
              "properties": {
                "name": {
                  "type": "string",
                  "minLength": 1,
                  "description": "The asset's name."
                },
                "version": {
                  "type": "string",
                  "minLength": 1,
                  "description": "The version that is pinned, in full."
                },
                "kind": {
                  "enum": [
                    "file",
                    "directory"
                  ]
                },
                "pushed": {
                  "type": "string",
                  "format": "date-time",
                  "description": "The push date, which the files get as their time."
                },
                "digest": {
                  "type": "string",
                  "pattern": "^[0-9a-f]{64}$",
                  "description": "A SHA-256 over the rest of the entry, without the versions chosen for dependencies: what a merge mixed is known by it. All assets have one, or none."
                },
                "dependencies": {
                  "type": "array",
                  "description": "What the version depends on, as the store declares it, and the versions chosen for it.",
                  "items": {
                    "$ref": "#/$defs/dependency"
                  }
                },
                "files": {
                  "type": "array",
                  "minItems": 1,
                  "description": "One without a path for a file asset; sorted by path for a directory.",
                  "items": {
                    "$ref": "#/$defs/file"
                  }
                }
              },
              "if": {
                "properties": {
                  "kind": {
                    "const": "file"
                  }
                }
              },
              "then": {
                "properties": {
                  "files": {
                    "maxItems": 1,
                    "items": {
                      "not": {
                        "required": [
                          "path"
                        ]
                      }
                    }
                  }
                }
              },
              "else": {
                "properties": {
                  "files": {
                    "items": {
                      "required": [
                        "path"
                      ]
                    }
                  }
                }
              }
            },
            "dependency": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "asset",
                "version"
              ],
              "properties": {
                "asset": {
                  "type": "string",
                  "minLength": 1,
                  "description": "The specification string that the store declares."
                },
                "version": {
                  "type": "string",
                  "minLength": 1
                }
              }
            },
            "file": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "path": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 1024
                },
                "size": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "Of the content, in bytes."
                },
                "sha256": {
                  "type": "string",
                  "pattern": "^[0-9a-f]{64}$"
                },
                "checksum": {
                  "type": "string",
                  "pattern": "^(CRC32|CRC32C|CRC64NVME|MD5|SHA-1|SHA-256):[0-9a-f]{8,64}$",
                  "description": "What the store tells of a file that nobody has fetched; stands in for the SHA-256."
                }
              }
            }
          }
        }

        """#
}
