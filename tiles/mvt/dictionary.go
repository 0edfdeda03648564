package mvt

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Dictionary holds keys and values, each once, in the order of their first use.
// The zero value is empty.
type Dictionary struct {
	keys    table
	values  table
	numbers numbers
}

// table numbers strings from 0 and keeps the fields they stand in.
type table struct {
	index map[string]uint32
	count uint32
	wire  []byte
}

func (d *Dictionary) reset() {
	d.keys.reset()
	d.values.reset()
	d.numbers.reset()
}

func (t *table) reset() {
	clear(t.index)
	t.count, t.wire = 0, t.wire[:0]
}

// Key returns the index of a key, which is added if it is new.
func (d *Dictionary) Key(k string) uint32 {
	if i, ok := d.keys.index[k]; ok {
		return i
	}
	d.keys.wire = appendString(append(d.keys.wire, layerKey), k)
	return d.keys.add(k)
}

// String returns the index of a string value, which is added if it is new.
func (d *Dictionary) String(v string) uint32 {
	if i, ok := d.values.index[v]; ok {
		return i
	}
	n := 1 + varintLen(uint64(len(v))) + len(v)
	w := append(d.values.wire, layerValue)
	w = appendVarint(w, uint64(n))
	d.values.wire = appendString(append(w, valueString), v)
	return d.values.add(v)
}

func (t *table) add(s string) uint32 {
	if t.index == nil {
		t.index = make(map[string]uint32)
	}
	i := t.count
	t.index[s] = i
	t.count++
	return i
}

// Uint returns the index of an unsigned value, which is added if it is new.
func (d *Dictionary) Uint(v uint64) uint32 { return d.number(valueUint, v) }

// Int returns the index of a signed value, which is added if it is new.
func (d *Dictionary) Int(v int64) uint32 {
	return d.number(valueSint, uint64(v<<1)^uint64(v>>63))
}

// Double returns the index of a float64 value, which is added if it is new.
func (d *Dictionary) Double(v float64) uint32 { return d.number(valueDouble, math.Float64bits(v)) }

// Bool returns the index of a truth value, which is added if it is new.
func (d *Dictionary) Bool(v bool) uint32 {
	if v {
		return d.number(valueBool, 1)
	}
	return d.number(valueBool, 0)
}

// number returns the index of a number in the form it has on the wire.
func (d *Dictionary) number(field byte, v uint64) uint32 {
	i, added := d.numbers.put(field, v, d.values.count)
	if added {
		d.values.count++
		d.values.wire = appendNumber(d.values.wire, field, v)
	}
	return i
}

// Values returns the number of values so far, which is the index of the next.
func (d *Dictionary) Values() uint32 { return d.values.count }

// AppendUint appends an unsigned value to the fields of a layer.
func AppendUint(dst []byte, v uint64) []byte { return appendNumber(dst, valueUint, v) }

// AppendDouble appends a float64 value to the fields of a layer.
func AppendDouble(dst []byte, v float64) []byte {
	return appendNumber(dst, valueDouble, math.Float64bits(v))
}

func appendNumber(dst []byte, field byte, v uint64) []byte {
	if v < 0x80 && field != valueDouble {
		return append(dst, layerValue, 2, field, byte(v))
	}
	if field == valueDouble {
		return binary.LittleEndian.AppendUint64(append(dst, layerValue, 9, field), v)
	}
	n := byte(1 + varintLen(v))
	return appendVarint(append(dst, layerValue, n, field), v)
}

func appendString(dst []byte, s string) []byte {
	dst = appendVarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// varintLen returns the bytes that v takes as a varint.
func varintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
