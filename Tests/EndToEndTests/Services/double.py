"""The AWS API double: moto's server, with one repair.

usage: double.py ARGUMENTS-OF-MOTO_SERVER

To verify a signature moto signs the request again, but over a query that it has decoded: every request with a slash in
a parameter, such as a listing of an S3 prefix, is then refused. Here the query is encoded again, as the caller signed
it.
"""
import sys
from urllib.parse import parse_qsl, quote, urlencode

from moto.iam import access_control
from moto.server import main

request_as_sent = access_control.IAMRequestBase._create_aws_request


def request_as_signed(self):
    request = request_as_sent(self)
    path, mark, query = request.url.partition("?")
    request.url = path + mark + urlencode(parse_qsl(query, keep_blank_values=True), quote_via=quote, safe="-_.~")
    return request


access_control.IAMRequestBase._create_aws_request = request_as_signed

if __name__ == "__main__":
    main(sys.argv[1:])
