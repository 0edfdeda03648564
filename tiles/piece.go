package tiles

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"sync"

	"github.com/klauspost/compress/flate"
)

// piece is a run of bytes, deflated apart from what stands before and after it:
// whole blocks up to the end of a byte, none of them the last. Pieces one after the
// other are one stream (RFC 1951), and their checksum is had from theirs. It is
// immutable.
type piece struct {
	wire  []byte
	size  int    // bytes that it stands for
	crc   uint32 // CRC-32 of these
	shift uint32 // x to the power of eight times the size, modulo the polynomial
}

// How hard to look for repetitions: in what stays, and in what is made anew with
// every count.
const (
	levelOfStill = 2
	levelOfFresh = flate.BestSpeed
)

// deflate returns raw bytes as a piece.
func deflate(raw []byte, level int) piece {
	if len(raw) == 0 {
		return piece{shift: one}
	}
	d := deflaters[level].Get().(*deflater)
	defer deflaters[level].Put(d)
	d.out.Reset()
	d.w.Reset(&d.out)
	_, err := d.w.Write(raw)
	if err == nil {
		err = d.w.Flush()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return pieceOf(bytes.Clone(d.out.Bytes()), raw)
}

// store returns a few raw bytes as a piece, as they are: a stored block.
func store(raw []byte) piece {
	n := uint16(len(raw))
	wire := make([]byte, 0, 5+len(raw))
	wire = binary.LittleEndian.AppendUint16(append(wire, 0), n)
	wire = binary.LittleEndian.AppendUint16(wire, ^n)
	return pieceOf(append(wire, raw...), raw)
}

func pieceOf(wire, raw []byte) piece {
	return piece{wire, len(raw), crc32.ChecksumIEEE(raw), power(8 * uint64(len(raw)))}
}

type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

var deflaters = [...]sync.Pool{
	levelOfFresh: {New: func() any { return newDeflater(levelOfFresh) }},
	levelOfStill: {New: func() any { return newDeflater(levelOfStill) }},
}

func newDeflater(level int) *deflater {
	w, err := flate.NewWriter(nil, level)
	if err != nil {
		panic(err) // there is such a level
	}
	return &deflater{w: w}
}

// concat returns pieces as one.
func concat(pieces ...piece) piece {
	all, size := piece{shift: one}, 0
	for _, p := range pieces {
		size += len(p.wire)
	}
	all.wire = make([]byte, 0, size)
	for _, p := range pieces {
		all = all.followed(p)
	}
	return all
}

func (p piece) followed(by piece) piece {
	return piece{
		append(p.wire, by.wire...), p.size + by.size,
		multiply(p.crc, by.shift) ^ by.crc, multiply(p.shift, by.shift),
	}
}

// gzipped returns two pieces as a gzip member (RFC 1952) without name and time.
func gzipped(body, tail piece) []byte {
	const header, last, trailer = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "\x03\x00", 8
	out := make([]byte, 0, len(header)+len(body.wire)+len(tail.wire)+len(last)+trailer)
	out = append(append(append(append(out, header...), body.wire...), tail.wire...), last...)
	out = binary.LittleEndian.AppendUint32(out, multiply(body.crc, tail.shift)^tail.crc)
	return binary.LittleEndian.AppendUint32(out, uint32(body.size+tail.size))
}

// CRC-32 is the remainder of a polynomial over GF(2): that of two runs of bytes is
// the first one's times x to the power of the second one's bits, plus the second
// one's; the preset and the final complement cancel (Adler, crc32_combine of zlib).
// The highest bit of a number is the coefficient of x⁰.
const one = 1 << 31

// multiply returns a times b modulo the polynomial.
func multiply(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		if a&one != 0 {
			product ^= b
		}
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}
	return product
}

// power returns x to the power of n.
func power(n uint64) uint32 {
	p, square := uint32(one), uint32(one>>1)
	for range bits.Len64(n) {
		if n&1 == 1 {
			p = multiply(p, square)
		}
		square, n = multiply(square, square), n>>1
	}
	return p
}
