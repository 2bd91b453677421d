"""The Python libraries at work: python python_peers.py LIBRARY DESCRIPTION.

DESCRIPTION is a JSON file: the endpoint, its certificate, the bucket, and pairs of a key and the file it goes to; for
awscrt the `gigabits` a second to reach and the bytes of a `part`, where it is not to choose them.
The seconds that the library took go to the file that MEASURED_SECONDS names.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MIB = 1024 * 1024


def with_obstore(work):
    import asyncio

    import obstore
    from obstore.store import GCSStore, S3Store

    def start():
        options = {"allow_http": True}
        if work["provider"] == "gcs":
            key = {"gcs_base_url": work["endpoint"], "disable_oauth": True}
            key |= {"client_email": "", "private_key": "", "private_key_id": ""}
            return GCSStore(work["bucket"], service_account_key=json.dumps(key), client_options=options)
        if work["certificate"]:
            options["root_certificate"] = Path(work["certificate"]).read_bytes()
        return S3Store(
            work["bucket"], endpoint=work["endpoint"], virtual_hosted_style_request=False, client_options=options
        )

    def fetch_one(key, path):
        store, size = start(), 64 * MIB
        total = obstore.head(store, key)["size"]
        with open(path, "wb") as file, ThreadPoolExecutor(4) as pool:

            def fetch_range(begin):
                data = obstore.get_range(store, key, start=begin, end=min(begin + size, total))
                os.pwrite(file.fileno(), memoryview(data), begin)

            list(pool.map(fetch_range, range(0, total, size)))

    async def fetch_all(objects):
        store, window = start(), asyncio.Semaphore(64)

        async def fetch(key, path):
            async with window:
                data = await (await obstore.get_async(store, key)).bytes_async()
            with open(path, "wb") as file:
                file.write(memoryview(data))

        await asyncio.gather(*(fetch(key, path) for key, path in objects))

    def run():
        if len(work["objects"]) == 1:
            return fetch_one(*work["objects"][0])
        return asyncio.run(fetch_all(work["objects"]))

    return run


def with_boto3(work):
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    def run():
        client = boto3.client("s3", endpoint_url=work["endpoint"], config=Config(max_pool_connections=16))
        config = TransferConfig(
            preferred_transfer_client="classic", max_concurrency=16, multipart_chunksize=64 * MIB, io_chunksize=MIB
        )
        one_by_one = TransferConfig(preferred_transfer_client="classic", use_threads=False)
        if len(work["objects"]) == 1:
            [[key, path]] = work["objects"]
            return client.download_file(work["bucket"], key, path, Config=config)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda pair: client.download_file(work["bucket"], *pair, Config=one_by_one), work["objects"]))

    return run


def with_awscrt(work):
    from botocore.session import Session
    from s3transfer import crt

    def run():
        session = Session()
        serializer = crt.BotocoreCRTRequestSerializer(
            session, {"region_name": "us-east-1", "endpoint_url": work["endpoint"]}
        )
        client = crt.create_s3_crt_client(
            "us-east-1",
            crt.BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider(),
            use_ssl=work["endpoint"].startswith("https:"),
            verify=work["certificate"],
            **({"target_throughput": work["gigabits"] * 10**9 // 8} if work.get("gigabits") else {}),
            **({"part_size": work["part"]} if work.get("part") else {}),
        )
        with crt.CRTTransferManager(client, serializer) as manager:
            for future in [manager.download(work["bucket"], key, path) for key, path in work["objects"]]:
                future.result()

    return run


def with_google(work):
    from google.cloud.storage import transfer_manager

    from servers import google_client

    def run():
        bucket = google_client(work["endpoint"]).bucket(work["bucket"])
        if len(work["objects"]) == 1:
            [[key, path]] = work["objects"]
            return transfer_manager.download_chunks_concurrently(bucket.blob(key), path, chunk_size=64 * MIB)
        pairs = [(bucket.blob(key), path) for key, path in work["objects"]]
        return transfer_manager.download_many(pairs, raise_exception=True)

    return run


LIBRARIES = {"google": with_google, "obstore": with_obstore, "boto3": with_boto3, "awscrt": with_awscrt}


def main(library, description):
    work = json.loads(Path(description).read_text())
    run = LIBRARIES[library](work)
    started = time.perf_counter()
    for folder in {os.path.dirname(path) for _, path in work["objects"]}:
        os.makedirs(folder, exist_ok=True)
    run()
    Path(os.environ["MEASURED_SECONDS"]).write_text(str(time.perf_counter() - started))
    # The work is done; obstore's threads may abort the process when Python takes itself down.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
