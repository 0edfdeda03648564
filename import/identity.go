package importer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"jingwei/grid"

	"github.com/google/uuid"
)

// twins counts rows that say the same, by the hash of what they say: the second
// of two equal rows is another report than the first.
type twins map[uint64]uint32

// identity reads the id of a row or makes one that follows from what the row
// says happened: when, where, what and by whom. It is a UUID of version 7 with
// the time of the report, so that it sorts by it, and a hash in place of the
// random bits.
func (seen twins) identity(s string, r *grid.Report) (uuid.UUID, error) {
	if s != "" {
		id, err := uuid.Parse(s)
		if err != nil || id == uuid.Nil {
			return id, fmt.Errorf("id %q: a UUID such as 018f2e4a-6b1c-7d3e-8f90-123456789abc", s)
		}
		return id, nil
	}
	said := fmt.Appendf(nil, "%d %d %d %q %q %q", r.At.UnixNano(), r.Pos.X, r.Pos.Y, r.Matter, r.Text, r.Reporter)
	hash := sha256.Sum256(said)
	key := binary.BigEndian.Uint64(hash[:])
	if n := seen[key]; n > 0 {
		hash = sha256.Sum256(fmt.Appendf(said, " %d", n))
	}
	seen[key]++
	return version7(r.At.UnixMilli(), hash), nil
}

// version7 lays out a UUID by RFC 9562, section 5.7; ms counts from 1970.
func version7(ms int64, hash [sha256.Size]byte) (id uuid.UUID) {
	copy(id[6:], hash[:])
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(ms))
	copy(id[:6], b[2:])
	id[6] = id[6]&0x0F | 0x70
	id[8] = id[8]&0x3F | 0x80
	return id
}
