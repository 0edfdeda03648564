// Package mvt writes and reads Mapbox Vector Tiles, version 2.1, on integer
// coordinates. The same calls give the same bytes.
//
// What changes in a layer while its features stay, such as counts, can be kept
// apart: as values behind all others ([Layer.AppendFields]), each of which one
// feature refers to. The features are then encoded once, and are not touched again.
package mvt

import "encoding/binary"

// Extent is the customary width and height of a tile in its own coordinates.
const Extent = 4096

// Point is a position in a tile: X to the right, Y down, both from 0 at the top
// left to the layer's extent; beyond that in the buffer.
type Point struct{ X, Y int32 }

// Type is the type of a feature's geometry.
type Type uint32

// The geometry types, numbered as on the wire.
const (
	Unknown Type = iota
	Points
	Lines
	Polygons
)

// Feature is a feature of which everything is encoded already.
type Feature struct {
	ID       uint64
	Type     Type
	Tags     []byte // from AppendTags
	Geometry []byte // from AppendPoints, AppendLine or AppendPolygon
}

// AppendTags appends pairs of key and value indexes, as a [Dictionary] numbers
// them.
func AppendTags(dst []byte, pairs ...uint32) []byte {
	for _, v := range pairs {
		dst = appendVarint(dst, uint64(v))
	}
	return dst
}

// appendVarint is binary.AppendUvarint, faster for what a tile mostly holds.
func appendVarint(dst []byte, v uint64) []byte {
	if v < 0x80 {
		return append(dst, byte(v))
	}
	if v < 0x4000 {
		return append(dst, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(dst, v)
}

// Field tags: the number of the field shifted by three, and its wire type, 0 for
// a varint, 1 for eight bytes and 2 for a length and as many bytes.
const (
	tileLayer = 3<<3 | 2

	layerName    = 1<<3 | 2
	layerFeature = 2<<3 | 2
	layerKey     = 3<<3 | 2
	layerValue   = 4<<3 | 2
	layerExtent  = 5 << 3
	layerVersion = 15 << 3

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2
	valueFloat  = 2<<3 | 5
	valueDouble = 3<<3 | 1
	valueInt    = 4 << 3
	valueUint   = 5 << 3
	valueSint   = 6 << 3
	valueBool   = 7 << 3
)

// version is the version of the specification that a layer states.
const version = 2
