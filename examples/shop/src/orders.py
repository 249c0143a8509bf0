"""Orders of the shop. Deliberately vulnerable: see ../../README.md."""

import hashlib
import pickle
import random
import sqlite3
import subprocess
import tempfile

DATABASE_PASSWORD = "hunter2-production"


def find_orders(connection: sqlite3.Connection, customer: str):
    """SQL injection: the customer's name becomes part of the statement."""
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM orders WHERE customer = '%s'" % customer)
    return cursor.fetchall()


def cancel_order(connection: sqlite3.Connection, order: str):
    """SQL injection once more, by formatting."""
    connection.execute(f"DELETE FROM orders WHERE id = {order}")


def print_invoice(order: str):
    """Command injection: the order's id reaches a shell."""
    subprocess.call("lpr /srv/invoices/" + order + ".pdf", shell=True)


def load_cart(cookie: bytes):
    """Deserialization of what the customer sends."""
    return pickle.loads(cookie)


def password_hash(password: str) -> str:
    """A fast, broken hash for passwords."""
    return hashlib.md5(password.encode()).hexdigest()


def voucher() -> str:
    """A voucher that can be guessed."""
    return str(random.randint(100000, 999999))


def export_path() -> str:
    """A file name that somebody else may take first."""
    return tempfile.mktemp(suffix=".csv")


def discount(formula: str, price: float) -> float:
    """Evaluates what the customer sends."""
    return eval(formula, {"price": price})


def legacy_checksum(data: bytes) -> str:
    """Not used for security, and marked so."""
    return hashlib.md5(data).hexdigest()  # nosec B324
