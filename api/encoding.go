package api

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// refusesGzip reports whether a caller names the encodings it takes (RFC 9110, 12.5.3)
// and gzip is none of them. Who names none takes any.
func refusesGzip(h http.Header) bool {
	_, names := h["Accept-Encoding"]
	return names && !namesGzip(h)
}

// namesGzip reports whether a caller says that it takes gzip.
func namesGzip(h http.Header) bool {
	takes := false
	for _, list := range h["Accept-Encoding"] {
		for item := range strings.SplitSeq(list, ",") {
			name, weight, _ := strings.Cut(item, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				return !isZero(weight)
			case name == "*":
				takes = !isZero(weight)
			}
		}
	}
	return takes
}

// isZero reports whether a weight is one of 0, by which an encoding is refused.
func isZero(weight string) bool {
	_, q, given := strings.Cut(weight, "=")
	return given && strings.Trim(q, " 0.") == ""
}

// plainTag is the tag of content as it is, from that of the same content as gzip: they
// have to differ (RFC 9110, 8.8.3.3).
func plainTag(tag string) string { return strings.TrimSuffix(tag, `"`) + `-plain"` }

func unzipped(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unzip: %w", err)
	}
	return io.ReadAll(r)
}

// zippers are kept, as each has large tables.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // there is such a level
	}
	return z
}}

// writeZipped writes all of an answer as gzip.
func (c *call) writeZipped(b []byte) (int, error) {
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(c.w)
	n, err := z.Write(b)
	err = cmp.Or(err, z.Close())
	z.Reset(nil) // the answer is not to be held
	return n, err
}
