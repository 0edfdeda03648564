"""Reads a zoom of a collection with GDAL's OGCAPI driver and prints its features,
one JSON object a line.

usage: ogcapi.py URL ZOOM WEST SOUTH EAST NORTH    (the box in metres of EPSG:3857)
"""
import json
import sys

import pyogrio.raw

url, zoom, *box = sys.argv[1:]
about, _, _, columns = pyogrio.raw.read(
    "OGCAPI:" + url, layer="Zoom level " + zoom, API="TILES", **dict(zip(("MINX", "MINY", "MAXX", "MAXY"), box))
)
for row in zip(*columns):
    print(json.dumps({name: getattr(v, "item", lambda v=v: v)() for name, v in zip(about["fields"], row)}))
