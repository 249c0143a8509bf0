"""The shop's server. Deliberately vulnerable: see ../../README.md."""

import os
import ssl
import urllib.request
import xml.etree.ElementTree

import yaml


def settings(path: str):
    """Loads YAML that may construct any object."""
    with open(path) as file:
        return yaml.load(file, Loader=yaml.Loader)


def stock(supplier: str) -> bytes:
    """Fetches whatever address it is given, and trusts every certificate."""
    context = ssl._create_unverified_context()
    return urllib.request.urlopen(supplier, context=context).read()


def read_catalog(document: str):
    """Parses XML from suppliers."""
    return xml.etree.ElementTree.fromstring(document)


def backup(folder: str):
    """Command injection by way of os.system, and a world-writable file."""
    os.system("tar czf /var/backups/shop.tgz " + folder)
    os.chmod("/var/backups/shop.tgz", 0o777)


def authorize(token: str) -> bool:
    """A check that vanishes when Python runs optimized."""
    assert token == os.environ["SHOP_TOKEN"]
    return True


def listen() -> tuple:
    """Listens everywhere."""
    return ("0.0.0.0", 8000)
