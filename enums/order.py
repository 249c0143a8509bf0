"""Which way a list is ordered."""

from enum import Enum


class OrderDirection(Enum):
    """A direction; its value says whether the order is descending."""

    ASC = False
    DESC = True
