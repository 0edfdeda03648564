package tiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sync"

	"jingwei/density"
	"jingwei/tiles/mvt"

	"github.com/klauspost/compress/gzip"
)

// format is raised when the same areas and counts come to give other bytes.
const format = 1

// sum tells tiles apart: it is drawn from all that a tile depends on.
type sum [16]byte

func (s sum) etag() string { return `"` + hex.EncodeToString(s[:]) + `"` }

// sum covers the counts of the areas near the tile, of which those in it are a
// part: which these are need not be known.
func (p *Pyramid) sum(at place, near nearby, n *density.Counts) sum {
	b := make([]byte, 0, 64+4*len(near.areas))
	for _, v := range []uint64{
		format, uint64(p.snapshot.Edition), uint64(p.snapshot.Published.UnixNano()),
		uint64(at.Z), uint64(at.X), uint64(at.Y), uint64(at.level), uint64(at.root + 1),
	} {
		b = binary.AppendUvarint(b, v)
	}
	for _, i := range near.areas {
		count, open := counted(n, i)
		b = binary.AppendUvarint(binary.AppendUvarint(b, count), open)
	}
	h := sha256.Sum256(b)
	return sum(h[:len(sum{})])
}

// packer makes a tile from its parts, in memory that is used again.
type packer struct {
	layer mvt.Layer
	raw   []byte
	out   bytes.Buffer
	gzip  *gzip.Writer
}

// gzipLevel trades a fifth of the size for a third of the time.
const gzipLevel = gzip.BestSpeed

var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzipLevel)
	if err != nil {
		panic(err) // there is such a level
	}
	return &packer{gzip: w}
}}

// data returns a tile, compressed; nil when nothing is in it.
func (p *Pyramid) data(ctx context.Context, at place, n *density.Counts) ([]byte, int, error) {
	f, err := p.frame(ctx, at)
	if err != nil || len(f.features) == 0 {
		return nil, 0, err
	}
	k := packers.Get().(*packer)
	defer packers.Put(k)
	p.splice(&k.layer, f, n)
	k.raw = k.layer.Append(k.raw[:0])
	data, err := k.compress(k.raw)
	return data, len(data), err
}

func (k *packer) compress(raw []byte) ([]byte, error) {
	k.out.Reset()
	k.gzip.Reset(&k.out)
	if _, err := k.gzip.Write(raw); err != nil {
		return nil, err
	}
	if err := k.gzip.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(k.out.Bytes()), nil
}
