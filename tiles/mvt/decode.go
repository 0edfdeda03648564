package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// DecodedLayer is a layer read back from a tile.
type DecodedLayer struct {
	Name     string
	Version  uint32
	Extent   uint32
	Features []DecodedFeature
}

// DecodedFeature is a feature read back from a tile. The parts of its geometry
// are all its points, or its lines, or its rings; a ring's first position is not
// repeated at its end.
type DecodedFeature struct {
	ID    uint64
	Type  Type
	Tags  []Tag
	Parts [][]Point
}

// Tag is a property: a string, float32, float64, int64, uint64 or bool.
type Tag struct {
	Key   string
	Value any
}

// Value returns the value of a key, or nil.
func (f DecodedFeature) Value(key string) any {
	for _, t := range f.Tags {
		if t.Key == key {
			return t.Value
		}
	}
	return nil
}

var errTruncated = errors.New("mvt: truncated")

// Decode reads a tile, not compressed. It fails on bytes that are no tile.
func Decode(tile []byte) ([]DecodedLayer, error) {
	var layers []DecodedLayer
	err := fields(tile, func(tag uint64, _ uint64, body []byte) error {
		if tag != tileLayer {
			return nil
		}
		l, err := decodeLayer(body)
		if err != nil {
			return fmt.Errorf("layer %d: %w", len(layers), err)
		}
		layers = append(layers, l)
		return nil
	})
	return layers, err
}

// fields calls f for each field of a message: with the number of a varint or of
// fixed bytes, or with the body of a field that has a length.
func fields(b []byte, f func(tag, number uint64, body []byte) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return errTruncated
		}
		number, body, rest, err := field(tag&7, b[n:])
		if err != nil {
			return err
		}
		if err := f(tag, number, body); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

func field(wire uint64, b []byte) (number uint64, body, rest []byte, err error) {
	switch {
	case wire == 1 && len(b) >= 8:
		return binary.LittleEndian.Uint64(b), nil, b[8:], nil
	case wire == 5 && len(b) >= 4:
		return uint64(binary.LittleEndian.Uint32(b)), nil, b[4:], nil
	case wire != 0 && wire != 2:
		return 0, nil, nil, fmt.Errorf("mvt: wire type %d or truncated", wire)
	}
	v, n := binary.Uvarint(b)
	if n <= 0 || wire == 2 && v > uint64(len(b)-n) {
		return 0, nil, nil, errTruncated
	}
	if wire == 0 {
		return v, nil, b[n:], nil
	}
	end := n + int(v)
	return 0, b[n:end], b[end:], nil
}

func decodeLayer(b []byte) (DecodedLayer, error) {
	l := DecodedLayer{Version: 1, Extent: Extent}
	var keys []string
	var values []any
	var features [][]byte
	err := fields(b, func(tag, number uint64, body []byte) (err error) {
		switch tag {
		case layerName:
			l.Name = string(body)
		case layerVersion:
			l.Version = uint32(number)
		case layerExtent:
			l.Extent = uint32(number)
		case layerKey:
			keys = append(keys, string(body))
		case layerFeature:
			features = append(features, body)
		case layerValue:
			var v any
			v, err = decodeValue(body)
			values = append(values, v)
		}
		return err
	})
	for i := 0; i < len(features) && err == nil; i++ {
		var f DecodedFeature
		if f, err = decodeFeature(features[i], keys, values); err != nil {
			err = fmt.Errorf("feature %d: %w", i, err)
		}
		l.Features = append(l.Features, f)
	}
	return l, err
}

func decodeValue(b []byte) (v any, err error) {
	err = fields(b, func(tag, n uint64, body []byte) error {
		switch tag {
		case valueString:
			v = string(body)
		case valueFloat:
			v = math.Float32frombits(uint32(n))
		case valueDouble:
			v = math.Float64frombits(n)
		case valueInt:
			v = int64(n)
		case valueUint:
			v = n
		case valueSint:
			v = unzigzag(n)
		case valueBool:
			v = n != 0
		}
		return nil
	})
	return v, err
}

func decodeFeature(b []byte, keys []string, values []any) (f DecodedFeature, err error) {
	var tags, geometry []byte
	err = fields(b, func(tag, n uint64, body []byte) error {
		switch tag {
		case featureID:
			f.ID = n
		case featureTags:
			tags = body
		case featureType:
			f.Type = Type(n)
		case featureGeometry:
			geometry = body
		}
		return nil
	})
	if err == nil {
		f.Tags, err = decodeTags(tags, keys, values)
	}
	if err == nil {
		f.Parts, err = decodeGeometry(geometry)
	}
	return f, err
}

func decodeTags(b []byte, keys []string, values []any) ([]Tag, error) {
	all, err := varints(b)
	if err == nil && len(all)%2 != 0 {
		err = fmt.Errorf("mvt: %d tags do not make pairs", len(all))
	}
	if err != nil {
		return nil, err
	}
	var tags []Tag
	for i := 0; i < len(all); i += 2 {
		k, v := all[i], all[i+1]
		if k >= uint64(len(keys)) || v >= uint64(len(values)) {
			return nil, fmt.Errorf("mvt: tag %d,%d beyond %d keys and %d values", k, v, len(keys), len(values))
		}
		tags = append(tags, Tag{keys[k], values[v]})
	}
	return tags, nil
}

func decodeGeometry(b []byte) (parts [][]Point, err error) {
	all, err := varints(b)
	var c Point
	for len(all) > 0 && err == nil {
		command, count := all[0]&7, all[0]>>3
		all = all[1:]
		if command == closePath {
			continue
		}
		if command != moveTo && command != lineTo || count > uint64(len(all)/2) || command == lineTo && parts == nil {
			return nil, fmt.Errorf("mvt: command %d with count %d", command, count)
		}
		if command == moveTo {
			parts = append(parts, nil)
		}
		last := len(parts) - 1
		for ; count > 0; count-- {
			c.X += int32(unzigzag(all[0]))
			c.Y += int32(unzigzag(all[1]))
			all = all[2:]
			parts[last] = append(parts[last], c)
		}
	}
	return parts, err
}

func varints(b []byte) (all []uint64, err error) {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errTruncated
		}
		all = append(all, v)
		b = b[n:]
	}
	return all, nil
}

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
