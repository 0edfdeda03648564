package tiles

import "strings"

// Ramp are the colours of density, from little to much: YlGnBu of ColorBrewer
// (Brewer, 2003), which can be told apart with every kind of colour blindness and
// in grey, growing darker throughout.
var Ramp = [...]string{"#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"}

// What is not density.
const (
	land    = "#f4f3ef"
	nothing = "#fbfaf7"
	outline = "#6b7280"
	lit     = "#d9480f"
)

// object is a JSON object; its keys come out sorted.
type object = map[string]any

// array is a JSON array: of layers, or a MapLibre expression.
type array = []any

// Style returns a MapLibre style that draws the tiles of a server by count per
// square kilometre, in classes that end at breaks (see [Pyramid.Breaks]); without
// them, a class for each factor of about three. It asks for nothing but the tiles:
// no glyphs, no sprites. A feature with the state hover or selected is marked.
func Style(base string, breaks ...float64) any {
	if len(breaks) == 0 {
		breaks = []float64{1, 3, 10, 30, 100, 300}
	}
	base = strings.TrimSuffix(base, "/")
	return object{
		"version": 8,
		"name":    "Jingwei density",
		"sources": object{LayerName: object{"type": "vector", "url": base + "/tiles/areas.json"}},
		"layers": array{
			object{"id": "background", "type": "background", "paint": object{"background-color": land}},
			layer("areas-fill", "fill", object{"fill-color": densityColour(breaks), "fill-opacity": marked(0.92, 0.78), "fill-antialias": false}),
			layer("areas-outline", "line", object{"line-color": outline, "line-opacity": 0.45, "line-width": byZoom(7, 0.6, 16, 1.2)}),
			layer("areas-marked", "line", object{"line-color": lit, "line-width": marked(2.5, 0)}),
		},
	}
}

func layer(id, kind string, paint object) object {
	l := object{"id": id, "type": kind, "source": LayerName, "source-layer": LayerName, "paint": paint}
	if kind == "line" {
		l["layout"] = object{"line-join": "round"}
	}
	return l
}

// densityColour is an expression: a colour of the ramp for each class, over all of
// the ramp even when there are few.
func densityColour(breaks []float64) array {
	breaks = breaks[:min(len(breaks), len(Ramp)-1)]
	steps := array{"step", array{"get", "per_km2"}, Ramp[0]}
	for i, end := range breaks {
		steps = append(steps, end, Ramp[(i+1)*(len(Ramp)-1)/len(breaks)])
	}
	return array{"case", array{"==", array{"get", "count"}, 0}, nothing, steps}
}

// marked is an expression: one value for the features marked, another for all
// others.
func marked(yes, no float64) array {
	state := func(name string) array { return array{"boolean", array{"feature-state", name}, false} }
	return array{"case", array{"any", state("hover"), state("selected")}, yes, no}
}

func byZoom(z1, v1, z2, v2 float64) array {
	return array{"interpolate", array{"linear"}, array{"zoom"}, z1, v1, z2, v2}
}
