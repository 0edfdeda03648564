"""Draws the vector tiles of a service with QGIS, headless, into pictures to be
looked at; it fails when QGIS does not read them or nothing is drawn.

usage: QT_QPA_PLATFORM=offscreen draw-in-qgis.py URL TOKEN FOLDER
"""
import json
import sys
import urllib.request

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsCoordinateTransformContext, QgsFillSymbol,
    QgsMapRendererParallelJob, QgsMapSettings, QgsMarkerSymbol, QgsNetworkAccessManager, QgsProperty, QgsRectangle,
    QgsSymbolLayer, QgsVectorTileBasicRenderer, QgsVectorTileBasicRendererStyle, QgsVectorTileLayer, QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

url, token, folder = sys.argv[1:]
degrees, mercator = (QgsCoordinateReferenceSystem("EPSG:" + code) for code in ("4326", "3857"))
size = QSize(1400, 840)


def ask(path):
    request = urllib.request.Request(url + path, headers={"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def symbol(name):
    """Polygons and points are coloured by what is counted."""
    if name == "reports":
        made, measured = QgsMarkerSymbol.createSimple({"size": "2", "outline_style": "no"}), "count"
    else:
        made, measured = QgsFillSymbol.createSimple({"outline_color": "#6b7280", "outline_width": "0.1"}), "per_km2"
    colour = QgsProperty.fromExpression(f"ramp_color('Viridis', ln(1 + \"{measured}\") / 8)")
    made.symbolLayer(0).setDataDefinedProperty(QgsSymbolLayer.PropertyFillColor, colour)
    return made


def layer(name):
    """The vector tiles of a layer; their bounds."""
    about = ask(f"/tiles/{name}.json")
    made = QgsVectorTileLayer(f"type=xyz&url={about['tiles'][0]}&zmin={about['minzoom']}&zmax={about['maxzoom']}", name)
    if not made.isValid():
        sys.exit(f"QGIS does not open {name}")
    points = name == "reports"
    style = QgsVectorTileBasicRendererStyle(name, name, QgsWkbTypes.PointGeometry if points else QgsWkbTypes.PolygonGeometry)
    style.setSymbol(symbol(name))
    renderer = QgsVectorTileBasicRenderer()
    renderer.setStyles([style])
    made.setRenderer(renderer)
    return made, about["bounds"]


def draw(made, bounds, file):
    box = QgsCoordinateTransform(degrees, mercator, QgsCoordinateTransformContext()).transformBoundingBox(QgsRectangle(*bounds))
    box.scale(1.05)
    settings = QgsMapSettings()
    settings.setLayers([made])
    settings.setDestinationCrs(mercator)
    settings.setExtent(box)
    settings.setOutputSize(size)
    settings.setBackgroundColor(QColor("#f4f3ef"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(file)
    colours = {picture.pixel(x, y) for x in range(0, size.width(), 7) for y in range(0, size.height(), 7)}
    if job.errors() or len(colours) < 4:
        sys.exit(f"{file}: {[e.message for e in job.errors()]}, {len(colours)} colours")
    print(f"{file}: {len(colours)} colours")


application = QgsApplication([], False)
application.initQgis()
QgsNetworkAccessManager.setRequestPreprocessor(lambda request: request.setRawHeader(b"Authorization", b"Bearer " + token.encode()))
for name in ("areas", "bins", "reports"):
    draw(*layer(name), f"{folder}/qgis-{name}.png")
application.exitQgis()
