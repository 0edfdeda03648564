package tiles

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// Pieces deflated apart are read as the bytes one after the other: the reader of
// the standard library checks their checksum and their number.
func TestPiecesMakeAMember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var body []piece
		var want []byte
		for range rapid.IntRange(0, 4).Draw(t, "pieces") {
			raw := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "bytes"), rapid.IntRange(1, 40).Draw(t, "times"))
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				body = append(body, deflate(raw, levelOfStill))
			case 1:
				body = append(body, deflate(raw, levelOfFresh))
			default:
				body = append(body, store(raw))
			}
			want = append(want, raw...)
		}
		tail := rapid.SliceOf(rapid.Byte()).Draw(t, "tail")
		want = append(want, tail...)
		all := concat(body...)
		got := gunzip(t, gzipped(all, deflate(tail, levelOfFresh)))
		if !bytes.Equal(got, want) {
			t.Fatalf("%x, want %x", got, want)
		}
		if raw := want[:len(want)-len(tail)]; all.crc != crc32.ChecksumIEEE(raw) || all.size != len(raw) {
			t.Fatalf("the pieces as one have %+v", all)
		}
	})
}

func gunzip(t interface{ Fatal(...any) }, data []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
