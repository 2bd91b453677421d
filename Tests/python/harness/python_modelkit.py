"""Python modelkit, as a program that uses assets calls it."""

from modelkit.assets.manager import AssetsManager
from modelkit.assets.remote import StorageProvider


def fetch(specification, assets_dir, store=None):
    """What modelkit answers for a specification string: `path`, `version`, `from_cache`.

    Without a store there is no provider, as in a container whose assets were put there before.
    """
    provider = None
    if store:
        provider = StorageProvider(provider="local", bucket=str(store.bucket), prefix=store.prefix)
    manager = AssetsManager(assets_dir=str(assets_dir), storage_provider=provider)
    return manager.fetch_asset(specification, return_info=True)
