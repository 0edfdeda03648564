package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jingwei/tiles"
	"jingwei/tiles/archive"

	"github.com/google/go-cmp/cmp"
)

// Made by many and put in order, the file is the same as made one by one.
func TestFill(t *testing.T) {
	list := scattered(500)
	contents := map[tiles.Address][]byte{}
	var places []tiles.Address
	for _, p := range list {
		contents[p.Address] = pack(t, p.content)
		places = append(places, p.Address)
	}
	var told []int64
	path := filepath.Join(t.TempDir(), "city")
	w, err := archive.Create(path, archive.PMTiles, described)
	if err != nil {
		t.Fatal(err)
	}
	err = w.Fill(t.Context(), slices.Values(places), func(_ context.Context, a tiles.Address) (tiles.Tile, error) {
		return tiles.Tile{Data: contents[a]}, nil
	}, func(n int64) { told = append(told, n) })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	got, err1 := os.ReadFile(path)
	want, err2 := os.ReadFile(write(t, archive.PMTiles, list))
	if diff := cmp.Diff(want, got); diff != "" || err1 != nil || err2 != nil {
		t.Errorf("%v, %v (-want +got):\n%s", err1, err2, diff)
	}
	if len(told) != 500 || told[0] != 1 || told[499] != 500 {
		t.Errorf("told %v", told)
	}
}

// The first error, and the end of the context, end it.
func TestFillStops(t *testing.T) {
	wrong := errors.New("wrong")
	for _, c := range []struct {
		name string
		at   func(stop context.CancelFunc) error // in the 50th tile
		want error
	}{
		{"an error", func(context.CancelFunc) error { return wrong }, wrong},
		{"an interrupt", func(stop context.CancelFunc) error { stop(); return nil }, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			w, err := archive.Create(filepath.Join(t.TempDir(), "city"), archive.PMTiles, described)
			if err != nil {
				t.Fatal(err)
			}
			last := int64(0)
			err = w.Fill(ctx, endless, func(_ context.Context, a tiles.Address) (tiles.Tile, error) {
				if a.Hilbert() == 50 {
					return tiles.Tile{}, c.at(stop)
				}
				return tiles.Tile{Data: []byte("x")}, nil
			}, func(n int64) { last = n })
			if !errors.Is(err, c.want) || last > 1000 {
				t.Errorf("%v after %d tiles, want %v", err, last, c.want)
			}
			if err := w.Discard(); err != nil {
				t.Error(err)
			}
		})
	}
}

func endless(yield func(tiles.Address) bool) {
	for d := uint64(0); yield(tiles.AlongHilbert(20, d)); d++ {
	}
}
