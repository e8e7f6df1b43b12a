"""/etc/jupyter/jupyter_server_config.py: where a user's server keeps notebooks.

In S3 under `NOTEBOOK_S3_PREFIX/<user>`, if NOTEBOOK_S3_BUCKET is set; else as files in the user's home, which last as
long as the container does.
"""

import os

c = get_config()  # noqa: F821

bucket = os.environ.get("NOTEBOOK_S3_BUCKET")

if bucket:
    from s3contents import S3ContentsManager

    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    prefix = os.environ.get("NOTEBOOK_S3_PREFIX", "").strip("/")
    user = os.environ["JUPYTERHUB_USER"]

    c.ServerApp.contents_manager_class = S3ContentsManager
    c.ServerApp.root_dir = ""  # there is no local folder for the file dialogs to start from

    # No key is given, so botocore looks for one in its usual places, finds the role of the container, and renews what it
    # got there in time.
    c.S3ContentsManager.bucket = bucket
    c.S3ContentsManager.prefix = f"{prefix}/{user}" if prefix else user
    c.S3ContentsManager.region_name = region
    # Without this s3contents asks the endpoint of us-east-1, whatever the region.
    c.S3ContentsManager.endpoint_url = os.environ.get("AWS_ENDPOINT_URL_S3") or f"https://s3.{region}.amazonaws.com"
