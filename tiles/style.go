package tiles

import (
	"math"
	"strings"
)

// Ramp are the colours of density, from little to much: YlGnBu of ColorBrewer
// (Brewer, 2003), which can be told apart with every kind of colour blindness and
// in grey, growing darker throughout.
var Ramp = [...]string{"#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"}

// What is not density.
const (
	land    = "#f4f3ef"
	nothing = "#fbfaf7"
	rim     = "#6b7280"
	ink     = "#1f2937"
	lit     = "#d9480f"
	warm    = "#f5a25d"
	calm    = "#9aa5b1"
)

// object is a JSON object; its keys come out sorted.
type object = map[string]any

// array is a JSON array: of layers, or a MapLibre expression.
type array = []any

// fonts are on the reader's machine: without glyphs to fetch, a map draws with them.
var fonts = array{"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "sans-serif"}

// Scale says at which counts per square kilometre classes end (see [View]), from a
// zoom on.
type Scale struct {
	Zoom   uint32
	Breaks []float64
}

// Style returns a MapLibre style that draws a layer of the tiles of a server: areas
// and bins by count per square kilometre, in the classes of scales, by zoom; without
// scales, a class for each factor of about three; reports as points, and clusters as
// circles that grow with their count, in the colour of what share of them is open or
// overdue. It asks for nothing but the tiles: no
// glyphs, no sprites. A feature with the state hover or selected is marked.
func Style(base string, l Layer, scales ...Scale) any {
	if len(scales) == 0 {
		scales = []Scale{{0, []float64{1, 3, 10, 30, 100, 300}}}
	}
	ground := object{"id": "background", "type": "background", "paint": object{"background-color": land}}
	return object{
		"version": 8,
		"name":    "Jingwei " + l.String(),
		"sources": object{l.String(): object{"type": "vector", "url": strings.TrimSuffix(base, "/") + "/tiles/" + l.String() + ".json"}},
		"layers":  append(array{ground}, styles[l](densityColours(scales))...),
	}
}

// styles are the layers of the style of each layer of tiles.
var styles = [...]func(density array) array{Areas: areasStyle, Bins: binsStyle, Reports: reportsStyle}

func areasStyle(density array) array {
	return array{
		painted(Areas, "areas-fill", "fill", object{"fill-color": density, "fill-opacity": marked(0.92, 0.78), "fill-antialias": false}),
		painted(Areas, "areas-outline", "line", object{"line-color": rim, "line-opacity": 0.45, "line-width": byZoom(7, 0.6, 16, 1.2)}),
		painted(Areas, "areas-marked", "line", object{"line-color": lit, "line-width": marked(2.5, 0)}),
		lettered(Areas, labelsName, "areas-labels", array{"get", "name"}, "count"),
	}
}

func binsStyle(density array) array {
	return array{
		painted(Bins, "bins-fill", "fill", object{"fill-color": density, "fill-opacity": marked(0.92, 0.78), "fill-antialias": false}),
		painted(Bins, "bins-marked", "line", object{"line-color": lit, "line-width": marked(2.5, 0)}),
	}
}

func reportsStyle(array) array {
	most := array{"-", 0, array{"get", "count"}} // at the bottom, so that small ones can be seen
	circles := painted(Reports, "reports-circles", "circle", object{
		"circle-color": owed(), "circle-opacity": marked(1, 0.85), "circle-stroke-color": nothing, "circle-stroke-width": 1,
		// Neighbours are 32 pixels apart at first, then 16, then 8, and twice as far before
		// the next zoom.
		"circle-radius": array{"step", array{"zoom"}, radius(16), 12, radius(9), 14, radius(6)},
	})
	circles["layout"] = object{"circle-sort-key": most}
	numbers := lettered(Reports, Reports.String(), "reports-numbers", array{"to-string", array{"get", "count"}}, "count")
	numbers["filter"] = array{">=", array{"get", "count"}, 10}
	numbers["layout"].(object)["text-padding"] = 1
	return array{circles, numbers}
}

// radius is an expression: in pixels, that of a circle for a count. It grows by the same
// with each factor of ten, so that a number finds room in it from ten on, and ten
// thousand can still be told from a hundred.
func radius(most float64) array {
	return array{"min", most, array{"+", 4, array{"*", 3, array{"log10", array{"get", "count"}}}}}
}

// owed is an expression: a colour for the share of reports that are overdue, from a
// tenth on and from half of them on; below that, for the share of those open.
func owed() array {
	share := func(of string) array { return array{"/", array{"get", of}, array{"get", "count"}} }
	open := array{"step", share("open"), calm, 0.1, Ramp[3], 0.5, Ramp[5]}
	return array{"step", share("overdue"), open, 0.1, warm, 0.5, lit}
}

// painted is a layer of a style that paints a layer of the same name.
func painted(l Layer, id, kind string, paint object) object {
	out := object{"id": id, "type": kind, "source": l.String(), "source-layer": l.String(), "paint": paint}
	if kind == "line" {
		out["layout"] = object{"line-join": "round"}
	}
	return out
}

// lettered is a layer of a style that writes text, that with most of a property
// first where not all finds room.
func lettered(l Layer, from, id string, text array, most string) object {
	return object{
		"id": id, "type": "symbol", "source": l.String(), "source-layer": from,
		"layout": object{
			"text-field": text, "text-font": fonts, "text-size": 12, "text-max-width": 9, "text-padding": 4,
			"symbol-sort-key": array{"-", 0, array{"get", most}},
		},
		"paint": object{"text-color": ink, "text-halo-color": nothing, "text-halo-width": 1.2},
	}
}

// densityColours is an expression: the colours of each scale at its zooms.
func densityColours(scales []Scale) array {
	colours := densityColour(scales[0].Breaks)
	if len(scales) == 1 {
		return colours
	}
	steps := array{"step", array{"zoom"}, colours}
	for _, s := range scales[1:] {
		steps = append(steps, s.Zoom, densityColour(s.Breaks))
	}
	return steps
}

// densityColour is an expression: a colour of the ramp for each class, over all of
// the ramp even when there are few.
func densityColour(breaks []float64) array {
	breaks = breaks[:min(len(breaks), len(Ramp)-1)]
	var colour any = Ramp[0]
	if len(breaks) > 0 {
		steps := array{"step", array{"get", "per_km2"}, Ramp[0]}
		for i, end := range breaks {
			steps = append(steps, after(end), Ramp[(i+1)*(len(Ramp)-1)/len(breaks)])
		}
		colour = steps
	}
	return array{"case", array{"==", array{"get", "count"}, 0}, nothing, colour}
}

// after returns the least density above the end of a class, which still belongs to it:
// densities have three decimals, and a step begins at its own number.
func after(end float64) float64 { return (math.Round(end*1e3) + 1) / 1e3 }

// marked is an expression: one value for the features marked, another for all
// others.
func marked(yes, no float64) array {
	state := func(name string) array { return array{"boolean", array{"feature-state", name}, false} }
	return array{"case", array{"any", state("hover"), state("selected")}, yes, no}
}

func byZoom(z1, v1, z2, v2 float64) array {
	return array{"interpolate", array{"linear"}, array{"zoom"}, z1, v1, z2, v2}
}
