/// The JSON Schema of assets.yaml, as in `schema/assets.schema.json`; a test compares the two.
enum SpecSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:modelkit-assets:schema:spec",
          "title": "assets.yaml",
          "description": "Which assets are wanted, and where they are. The schema says what it can; `modelkit-assets check` also finds circles, repeated assets and variables that are not set.",
          "type": "object",
          "required": [
            "version",
            "assets"
          ],
          "additionalProperties": false,
          "properties": {
            "version": {
              "description": "The version of this file's format.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "enum": [
                  1,
                  "1"
                ],
                "errorMessage": "expected 1"
              }
            },
            "storage": {
              "description": "Where the assets are. Each key can come from the environment or a flag instead.",
              "type": [
                "object",
                "null"
              ],
              "additionalProperties": false,
              "properties": {
                "provider": {
                  "description": "The kind of store.",
                  "if": {
                    "$ref": "#/$defs/variable"
                  },
                  "else": {
                    "enum": [
                      "s3",
                      "gcs",
                      "local",
                      "",
                      null
                    ]
                  }
                },
                "bucket": {
                  "description": "The bucket; for the local provider a folder, relative to this file.",
                  "if": {
                    "type": "null"
                  },
                  "else": {
                    "$ref": "#/$defs/text"
                  }
                },
                "prefix": {
                  "description": "What the keys of all objects begin with. An empty text is the bucket's root.",
                  "if": {
                    "type": "null"
                  },
                  "else": {
                    "$ref": "#/$defs/text"
                  }
                },
                "region": {
                  "description": "The bucket's region (s3).",
                  "if": {
                    "type": "null"
                  },
                  "else": {
                    "$ref": "#/$defs/text"
                  }
                },
                "endpoint": {
                  "description": "The URL of an S3-compatible store, such as http://localhost:9000. Beyond loopback, credentials are sent there only where a flag or the environment trusts it too. With provider s3 only, without user, password or query.",
                  "if": {
                    "$ref": "#/$defs/variable"
                  },
                  "else": {
                    "type": [
                      "string",
                      "null"
                    ],
                    "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://(\\[[^\\]/?#@\\s$]*\\]|[^/?#@:\\s$\\[\\]]+)(:0*[1-9][0-9]{0,4})?(/([^?#\\s$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)*)?)?$",
                    "patternErrorMessage": "expected a URL without user, password or query, such as http://localhost:9000"
                  }
                },
                "anonymous": {
                  "description": "Whether requests go out without credentials, as a public bucket takes them.",
                  "if": {
                    "$ref": "#/$defs/variable"
                  },
                  "else": {
                    "enum": [
                      true,
                      false,
                      "true",
                      "false",
                      "",
                      null
                    ]
                  }
                }
              },
              "if": {
                "type": "object",
                "required": [
                  "provider",
                  "endpoint"
                ],
                "properties": {
                  "provider": {
                    "enum": [
                      "gcs",
                      "local"
                    ]
                  },
                  "endpoint": {
                    "type": "string",
                    "minLength": 1,
                    "not": {
                      "$ref": "#/$defs/variable"
                    }
                  }
                }
              },
              "then": {
                "properties": {
                  "endpoint": {
                    "type": "null",
                    "errorMessage": "endpoint applies to provider s3 only"
                  }
                }
              }
            },
            "versioning": {
              "description": "How versions are numbered: `major_minor` (1.4; the default) or `simple_date` (2024-03-01T12-30-00Z).",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "enum": [
                  "major_minor",
                  "simple_date",
                  "",
                  null
                ]
              }
            },
            "duplicates": {
              "description": "Whether one plan may hold two versions of an asset.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "enum": [
                  "allow",
                  "deny",
                  "",
                  null
                ]
              }
            },
            "assets": {
              "description": "The assets that are wanted, each as a specification string or a mapping.",
              "type": "array",
              "items": {
                "if": {
                  "type": "object"
                },
                "then": {
                  "$ref": "#/$defs/asset"
                },
                "else": {
                  "$ref": "#/$defs/specification"
                }
              }
            }
          },
          "$defs": {
            "variable": {
              "description": "A text with variables of the environment: ${VAR}, ${VAR:-default}, ${VAR:?message}; $$ is a dollar sign.",
              "type": "string",
              "pattern": "^([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)*\\$\\{[A-Za-z_][A-Za-z0-9_]*(:[-?].*)?\\}([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$|\\$\\{[A-Za-z_][A-Za-z0-9_]*(:[-?].*)?\\})*$"
            },
            "text": {
              "description": "A text of one line. A number or a word such as `no` is taken as it is written.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "type": [
                  "string",
                  "number",
                  "boolean"
                ],
                "pattern": "^([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)*$",
                "patternErrorMessage": "expected a text of one line; write $$ for a dollar sign"
              }
            },
            "name": {
              "description": "The name of an asset: letters, digits, `-`, `_`, `.` and `/`, beginning and ending with a letter or a digit.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "type": [
                  "string",
                  "number",
                  "boolean"
                ],
                "pattern": "^(?=[A-Za-z0-9])(?=[A-Za-z0-9_./-]{1,512}(?![A-Za-z0-9_./-]))[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254})*(?<=[A-Za-z0-9])$",
                "patternErrorMessage": "expected the name of an asset, such as nlp/lexicon"
              }
            },
            "specification": {
              "description": "name[:version][[part]], such as `nlp/lexicon:1[en/words.txt]`. Without a version the latest; `1` is any `1.*`.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "type": [
                  "string",
                  "number",
                  "boolean"
                ],
                "pattern": "^(?=[A-Za-z0-9])(?=[A-Za-z0-9_./-]{1,512}(?![A-Za-z0-9_./-]))[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254})*(?<=[A-Za-z0-9])(:(latest|(([0-9]+(\\.[0-9]+)?)|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z))))?(\\[/*(?!\\.SUCCESS(/|\\]$))(?!\\.{1,2}(/|\\]$))([^/$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$){1,255}(/(?!\\.{1,2}(/|\\]$))([^/$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$){1,255})*\\])?$",
                "patternErrorMessage": "expected NAME[:VERSION][[PART]], such as nlp/lexicon:1 or nlp/lexicon:1[en/words.txt]"
              }
            },
            "requirement": {
              "description": "A version (`3.1`), the beginning of one (`3` is any `3.*`), `latest` or nothing, or comparators joined by commas (`>=3.1, <4`).",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "type": [
                  "string",
                  "number",
                  "boolean",
                  "null"
                ],
                "pattern": "^[ \\t]*(latest|(([0-9]+(\\.[0-9]+)?)|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z))|(>=|<=|!=|==?|>|<)[ \\t]*(([0-9]+(\\.[0-9]+)?)|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z))([ \\t]*,[ \\t]*(>=|<=|!=|==?|>|<)[ \\t]*(([0-9]+(\\.[0-9]+)?)|([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z)))*)?[ \\t]*$",
                "patternErrorMessage": "expected a version such as 3.1 or 3, latest, or comparators such as >=3.1, <4"
              }
            },
            "pattern": {
              "description": "A pattern inside the asset: `*` and `?` stay within a folder, `**` crosses folders, `[a-z]` is a set, `\\` takes the next character literally.",
              "if": {
                "$ref": "#/$defs/variable"
              },
              "else": {
                "type": [
                  "string",
                  "number",
                  "boolean"
                ],
                "pattern": "^(?!\\.{1,2}(/|$))([^/\\\\\\[$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$|\\\\([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)|\\[[!^]?([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)([^\\]$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)*\\])+(/(?!\\.{1,2}(/|$))([^/\\\\\\[$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$|\\\\([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)|\\[[!^]?([^$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)([^\\]$\\x00-\\x1f\\x7f-\\x9f]|\\$\\$)*\\])+)*/?$",
                "patternErrorMessage": "expected a pattern of paths inside the asset, such as weights/*.bin"
              }
            },
            "patterns": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "$ref": "#/$defs/pattern"
              }
            },
            "asset": {
              "description": "One asset in the long form.",
              "type": "object",
              "required": [
                "name"
              ],
              "additionalProperties": false,
              "properties": {
                "name": {
                  "$ref": "#/$defs/name"
                },
                "version": {
                  "$ref": "#/$defs/requirement"
                },
                "depends_on": {
                  "description": "Assets, as specification strings, that are downloaded too and are complete before this one appears.",
                  "type": [
                    "array",
                    "null"
                  ],
                  "items": {
                    "$ref": "#/$defs/specification"
                  }
                },
                "groups": {
                  "description": "`--group NAME` picks the assets of a group. An asset without groups is always in.",
                  "type": [
                    "array",
                    "null"
                  ],
                  "items": {
                    "if": {
                      "$ref": "#/$defs/variable"
                    },
                    "else": {
                      "type": [
                        "string",
                        "number",
                        "boolean"
                      ],
                      "pattern": "^[A-Za-z0-9_-]+$",
                      "patternErrorMessage": "expected letters, digits, - and _"
                    }
                  }
                },
                "include": {
                  "description": "Of a directory asset, only the files that one of these patterns takes.",
                  "$ref": "#/$defs/patterns"
                },
                "exclude": {
                  "description": "Of a directory asset, not the files that one of these patterns takes.",
                  "$ref": "#/$defs/patterns"
                },
                "sha256": {
                  "description": "The SHA-256 of a file asset's content, as 64 hexadecimal digits.",
                  "if": {
                    "$ref": "#/$defs/variable"
                  },
                  "else": {
                    "type": [
                      "string",
                      "number",
                      "null"
                    ],
                    "pattern": "^([0-9a-fA-F]{64})?$",
                    "patternErrorMessage": "expected 64 hexadecimal digits",
                    "minimum": 0
                  }
                }
              }
            }
          }
        }
        """#
}
