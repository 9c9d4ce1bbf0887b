"""One request of the API in the languages of those who make it: code that runs as it stands.

Read in this order: request (what is asked), curl (the shortest of the languages), of_schema (where the requests come
from). Each module of LANGUAGES answers to `Language`: to add one is a file and a line here.
"""

from crm.api.code_examples import curl, javascript, php, python
from crm.api.code_examples.request import Language

LANGUAGES: tuple[Language, ...] = (curl, python, javascript, php)
