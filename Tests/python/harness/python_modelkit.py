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
    return fetch_with(provider, specification, assets_dir)


def fetch_with(provider, specification, assets_dir):
    """The same with a provider of one's own, or with None."""
    manager = AssetsManager(assets_dir=str(assets_dir), storage_provider=provider)
    return manager.fetch_asset(specification, return_info=True)
