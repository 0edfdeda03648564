package mvt

// Layer builds one layer of a tile. Its zero value is ready after [Layer.Reset],
// which may be called again to build another in the same memory.
type Layer struct {
	Dictionary
	name     string
	extent   uint32
	features []byte
}

// Reset begins a layer without features, keys and values.
func (l *Layer) Reset(name string, extent uint32) {
	l.name, l.extent, l.features = name, extent, l.features[:0]
	l.reset()
}

// Empty reports whether the layer has no features; the specification wants such a
// layer left out.
func (l *Layer) Empty() bool { return len(l.features) == 0 }

// Add appends a feature; more are pairs of key and value indexes that follow the
// feature's own.
func (l *Layer) Add(f Feature, more ...uint32) {
	tags := len(f.Tags)
	for _, v := range more {
		tags += varintLen(uint64(v))
	}
	size := 1 + varintLen(f.ID) + fieldLen(tags) + 2 + fieldLen(len(f.Geometry))
	b := appendLength(l.features, layerFeature, size)
	b = appendVarint(append(b, featureID), f.ID)
	b = append(appendLength(b, featureTags, tags), f.Tags...)
	b = AppendTags(b, more...)
	b = append(b, featureType, byte(f.Type))
	l.features = append(appendLength(b, featureGeometry, len(f.Geometry)), f.Geometry...)
}

// Append appends the layer to a tile: a tile is its layers one after the other.
func (l *Layer) Append(dst []byte) []byte {
	return l.AppendFields(AppendHeader(dst, l.size()))
}

// AppendHeader begins a layer of a tile whose fields take so many bytes.
func AppendHeader(dst []byte, size int) []byte { return appendLength(dst, tileLayer, size) }

// AppendFields appends what follows the header. More values may come behind, from
// [AppendUint] and [AppendDouble], numbered on from [Dictionary.Values].
func (l *Layer) AppendFields(dst []byte) []byte {
	dst = append(dst, layerVersion, version)
	dst = append(appendLength(dst, layerName, len(l.name)), l.name...)
	dst = append(dst, l.features...)
	dst = append(dst, l.keys.wire...)
	dst = appendVarint(append(dst, layerExtent), uint64(l.extent))
	return append(dst, l.values.wire...)
}

func (l *Layer) size() int {
	return 2 + fieldLen(len(l.name)) + len(l.features) + len(l.keys.wire) + 1 + varintLen(uint64(l.extent)) + len(l.values.wire)
}

// fieldLen returns the bytes of a field of n bytes with its tag and length.
func fieldLen(n int) int { return 1 + varintLen(uint64(n)) + n }

func appendLength(dst []byte, field byte, n int) []byte {
	return appendVarint(append(dst, field), uint64(n))
}
