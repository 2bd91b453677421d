"""A store, an assets directory and the program, joined by environment variables as Python modelkit reads them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from harness.store import Store
from harness.tool import Tool


@dataclass
class Workspace:
    folder: Path
    tool: Tool
    store: Store
    assets: Path

    @classmethod
    def below(cls, folder, binary):
        (folder / "home").mkdir()
        (folder / "assets").mkdir()
        tool = Tool(binary, folder / "home")
        workspace = cls(folder, tool, Store(folder / "bucket"), folder / "assets")
        workspace.point_at(workspace.assets)
        return workspace

    def point_at(self, assets):
        self.assets = assets
        self.tool.environment = {
            "MODELKIT_ASSETS_DIR": assets,
            "MODELKIT_STORAGE_PROVIDER": "local",
            "MODELKIT_STORAGE_BUCKET": self.store.bucket,
        }

    def without_provider(self):
        self.tool.environment = {"MODELKIT_ASSETS_DIR": self.assets}

    def spec(self, *entries, name="assets.yaml", **keys):
        """Writes a spec of these entries: specification strings, or dictionaries in the long form."""
        path = self.folder / name
        path.write_text(yaml.safe_dump({"version": 1, **keys, "assets": list(entries)}, sort_keys=False))
        return path

    def resolve(self, *entries, options=(), **run_options):
        """`resolve --format json` of a spec of these entries."""
        return self.tool.run("resolve", self.spec(*entries), "--format", "json", *options, **run_options)

    def plan(self, *entries, options=()):
        return self.tool.run("plan", self.spec(*entries), "--format", "json", *options)


def actions(report):
    """Asset to action, of a report or of a plan."""
    return {item["asset"]: item["action"] for item in report.get("assets") or report.get("steps") or []}


def outcomes(report):
    return {item["asset"]: item["outcome"] for item in report["assets"]}


def errors(report):
    """Every error of a report, whether it is an asset's or the run's."""
    return report["errors"] + [item["error"] for item in report["assets"] if item["error"]]


def error_text(report):
    return "\n".join(f"{error['code']}: {error['message']} {error['hint'] or ''}" for error in errors(report))
