"""The custom scalars of the contract: how each is written to a client and read from one."""

from scalars.cvss_vector import cvss_vector
from scalars.date import date_value
from scalars.date_time import date_time
from scalars.email_address import email_address
from scalars.json import json_value
from scalars.upload import upload
from scalars.url import url

SCALARS = [cvss_vector, date_value, date_time, email_address, json_value, upload, url]
"""Every scalar, to be bound to the schema."""
