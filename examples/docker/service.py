"""A service that loads an asset with Python modelkit, from the image."""

import modelkit


class Spelling(modelkit.Model):
    CONFIGURATIONS = {"spelling": {"asset": "nlp/lexicon:2[en/words.txt]"}}

    def _load(self):
        with open(self.asset_path) as file:
            self.words = set(file.read().split())

    def _predict(self, item):
        return item in self.words


if __name__ == "__main__":
    print(modelkit.load_model("spelling", models=Spelling)("good"))
