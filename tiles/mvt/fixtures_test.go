package mvt_test

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/hex"
	"strings"
	"testing"

	"jingwei/tiles/mvt"

	"github.com/google/go-cmp/cmp"
)

//go:embed testdata/fixtures.txt
var fixtureFile []byte

// fixtures returns the bytes of each case by its number.
func fixtures(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for lines := bufio.NewScanner(bytes.NewReader(fixtureFile)); lines.Scan(); {
		number, text, _ := strings.Cut(lines.Text(), " ")
		if number == "#" {
			continue
		}
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatalf("case %s: %v", number, err)
		}
		all[number] = raw
	}
	if len(all) < 30 {
		t.Fatalf("only %d cases", len(all))
	}
	return all
}

// greedy is the case of a command with a count beyond all bytes: valid for who reads
// as much as there is, but refused here before memory is taken for it.
const greedy = "057"

// What the decoder reads of each valid case, the encoder writes so that the same is
// read again.
func TestValidFixturesAreWrittenAsTheyAreRead(t *testing.T) {
	for number, raw := range fixtures(t) {
		if number == greedy {
			if _, err := mvt.Decode(raw); err == nil {
				t.Errorf("case %s is read", number)
			}
			continue
		}
		layers := decode(t, raw)
		var out []byte
		var want []mvt.DecodedLayer
		for _, l := range layers {
			widen(l)
			if again := encode(l); !again.Empty() {
				l.Version = 2 // case 039 has 1
				out, want = again.Append(out), append(want, l)
			}
		}
		if d := cmp.Diff(want, decode(t, out)); d != "" {
			t.Errorf("case %s (-want +got):\n%s", number, d)
		}
	}
}

// widen makes float64 of the values that are float32, which the encoder has not.
func widen(l mvt.DecodedLayer) {
	for _, f := range l.Features {
		for i, tag := range f.Tags {
			if v, is := tag.Value.(float32); is {
				f.Tags[i].Value = float64(v)
			}
		}
	}
}

func encode(from mvt.DecodedLayer) *mvt.Layer {
	l := &mvt.Layer{}
	l.Reset(from.Name, from.Extent)
	for _, f := range from.Features {
		var tags []uint32
		for _, tag := range f.Tags {
			tags = append(tags, l.Key(tag.Key), index(l, tag.Value))
		}
		l.Add(mvt.Feature{ID: f.ID, Type: f.Type, Geometry: geometry(f)}, tags...)
	}
	return l
}

func geometry(f mvt.DecodedFeature) (wire []byte) {
	var c mvt.Cursor
	switch f.Type {
	case mvt.Lines:
		for _, p := range f.Parts {
			wire = mvt.AppendLine(wire, &c, p)
		}
	case mvt.Polygons:
		for i := 0; i < len(f.Parts); {
			end := i + 1
			for end < len(f.Parts) && mvt.Area2(f.Parts[end]) < 0 {
				end++
			}
			wire = mvt.AppendPolygon(wire, &c, f.Parts[i:end]...)
			i = end
		}
	default:
		for _, p := range f.Parts {
			wire = mvt.AppendPoints(wire, &c, p)
		}
	}
	return wire
}

// The geometries of cases 017 to 022 and 053 to 056 are written byte by byte as they
// stand there.
func TestGeometryOfFixtures(t *testing.T) {
	all, seen := fixtures(t), 0
	for _, number := range []string{"017", "018", "019", "020", "021", "022", "053", "054", "055", "056"} {
		for _, f := range decode(t, all[number])[0].Features {
			seen++
			if wire := geometry(f); len(wire) == 0 || !bytes.Contains(all[number], wire) {
				t.Errorf("case %s: %x is not in %x", number, wire, all[number])
			}
		}
	}
	if seen != 10 {
		t.Errorf("%d geometries", seen)
	}
}
