"""Notebooks, and where they are kept."""


def notebook(code, marker):
    """A notebook (nbformat 4.5) with one cell, and a marker to know it by."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "judge": marker,
        },
        "cells": [{
            "cell_type": "code", "id": "judge", "metadata": {}, "source": code, "outputs": [], "execution_count": None,
        }],
    }


class NotebookStore:
    """The S3 bucket in which a group's notebooks are kept, seen from outside."""

    def __init__(self, client, bucket, prefix):
        self.client = client
        self.bucket = bucket
        self.prefix = prefix

    def key(self, user, path):
        return "/".join(part for part in (self.prefix, user, path) if part)

    def text(self, user, path):
        """What S3 has for a user's file; None when it has nothing."""
        try:
            return self.client.get_object(Bucket=self.bucket, Key=self.key(user, path))["Body"].read().decode()
        except self.client.exceptions.NoSuchKey:
            return None

    def keys(self):
        """Every key of the bucket."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]
