package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"

	"jingwei/tiles"

	"github.com/klauspost/compress/gzip"
)

// pmtiles is an archive in one pass: room for header and root, the tiles as they
// come, then the description and the leaf directories; last, header and root.
type pmtiles struct {
	file    *os.File
	d       tiles.TileJSON
	entries []entry // of tiles, ascending
	known   map[[sha256.Size]byte]entry
	size    uint64 // of the tiles so far
	tiles   uint64 // put
}

// entry says where tiles are: run of them from id on, all with the same content.
// A run of 0 stands for the directory of tiles from id on.
type entry struct {
	id, offset  uint64
	length, run uint32
}

// The header, and the room for it and the root directory, in bytes.
const (
	headerSize = 127
	headSize   = 16384
)

func createPMTiles(path string, d tiles.TileJSON) (output, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write(make([]byte, headSize)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &pmtiles{file: f, d: d, known: map[[sha256.Size]byte]entry{}}, nil
}

// put adds a tile; one with a content that is there already takes no room.
func (p *pmtiles) put(id uint64, _ tiles.Address, data []byte) error {
	p.tiles++
	sum := sha256.Sum256(data)
	e, ok := p.known[sum]
	if !ok {
		e = entry{offset: p.size, length: uint32(len(data))}
		if _, err := p.file.Write(data); err != nil {
			return err
		}
		p.known[sum], p.size = e, p.size+uint64(len(data))
	}
	if n := len(p.entries); n > 0 {
		if last := &p.entries[n-1]; last.offset == e.offset && last.id+uint64(last.run) == id {
			last.run++
			return nil
		}
	}
	e.id, e.run = id, 1
	p.entries = append(p.entries, e)
	return nil
}

func (p *pmtiles) finish() error {
	about, err := json.Marshal(map[string]any{"name": p.d.Name, "type": "overlay", "vector_layers": p.d.VectorLayers})
	if err != nil {
		return err
	}
	about = compress(about)
	root, leaves := directories(p.entries)
	for _, part := range [][]byte{about, leaves} {
		if _, err := p.file.Write(part); err != nil {
			return err
		}
	}
	_, err = p.file.WriteAt(append(p.header(len(root), len(about), len(leaves)), root...), 0)
	return err
}

func (p *pmtiles) close() error { return p.file.Close() }

func (p *pmtiles) header(root, about, leaves int) []byte {
	h := append(make([]byte, 0, headSize), "PMTiles\x03"...)
	aboutAt := headSize + p.size
	for _, v := range []uint64{
		headerSize, uint64(root),
		aboutAt, uint64(about),
		aboutAt + uint64(about), uint64(leaves),
		headSize, p.size,
		p.tiles, uint64(len(p.entries)), uint64(len(p.known)),
	} {
		h = binary.LittleEndian.AppendUint64(h, v)
	}
	const clustered, gzipped, mvt = 1, 2, 1
	h = append(h, clustered, gzipped, gzipped, mvt, byte(p.d.MinZoom), byte(p.d.MaxZoom))
	for _, degrees := range p.d.Bounds {
		h = appendDegrees(h, degrees)
	}
	h = append(h, byte(p.d.Center[2]))
	return appendDegrees(appendDegrees(h, p.d.Center[0]), p.d.Center[1])
}

// appendDegrees appends degrees in units of 1e-7.
func appendDegrees(b []byte, degrees float64) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(degrees*1e7))))
}

// directories returns the root directory, which fits into the head, and the leaves
// that it refers to: none if all entries fit into the root.
func directories(entries []entry) (root, leaves []byte) {
	const room, smallest = headSize - headerSize, 4096
	if root = directory(entries); len(root) <= room {
		return root, nil
	}
	for size := smallest; ; size *= 2 {
		if root, leaves = branch(entries, size); len(root) <= room {
			return root, leaves
		}
	}
}

// branch returns leaves of so many entries, and the root over them.
func branch(entries []entry, size int) (root, leaves []byte) {
	var over []entry
	for len(entries) > 0 {
		n := min(size, len(entries))
		leaf := directory(entries[:n])
		over = append(over, entry{id: entries[0].id, offset: uint64(len(leaves)), length: uint32(len(leaf))})
		leaves, entries = append(leaves, leaf...), entries[n:]
	}
	return directory(over), leaves
}

// directory returns entries as they are in the file: column by column, in varints,
// ids as differences, and 0 for an offset right behind the entry before.
func directory(entries []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b, last = binary.AppendUvarint(b, e.id-last), e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			b = binary.AppendUvarint(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
	}
	return compress(b)
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err) // memory takes everything
	}
	return out.Bytes()
}
