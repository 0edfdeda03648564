package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"jingwei/geo"
	"jingwei/store/storetest"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// geography asks PostGIS for a number of the geometries a and b, for each pair of
// texts.
func geography(t *testing.T, conn *pgx.Conn, number string, pairs [][2]string) []float64 {
	t.Helper()
	a, b := make([]string, len(pairs)), make([]string, len(pairs))
	for i, p := range pairs {
		a[i], b[i] = p[0], p[1]
	}
	rows, err := conn.Query(t.Context(), `
		SELECT `+number+`
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY p(ta, tb, i),
		     ST_GeomFromText(ta, 4326) a, ST_GeomFromText(tb, 4326) b ORDER BY i`, a, b)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[float64])
	if err != nil {
		t.Fatal(err)
	}
	if len(numbers) == 0 {
		t.Fatal("compared nothing")
	}
	return numbers
}

func postgis(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), storetest.Bare(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	if _, err := conn.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS postgis`); err != nil {
		t.Fatal(err)
	}
	return conn
}

func pointText(p geo.Pos) string { return fmt.Sprintf("POINT(%.7f %.7f)", p.Lon(), p.Lat()) }

func lineText(ps ...geo.Pos) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = fmt.Sprintf("%.7f %.7f", p.Lon(), p.Lat())
	}
	return "LINESTRING(" + strings.Join(parts, ",") + ")"
}

func ringText(r geo.Ring) string {
	return "POLYGON(" + strings.TrimPrefix(lineText(append(r[:len(r):len(r)], r[0])...), "LINESTRING") + ")"
}

// site is a position up to 85° from the equator.
func site(r *rand.Rand) geo.Pos {
	const most = 85 * geo.PerDegree
	return geo.Pos{X: r.Int32N(2*most+1) - most, Y: r.Int32N(2*most+1) - most}
}

// about is a position up to so many metres east or west and north or south of p.
func about(r *rand.Rand, p geo.Pos, metres float64) geo.Pos {
	s := geo.ScaleAt(p)
	return geo.Pos{
		X: p.X + int32((2*r.Float64()-1)*metres/s.East),
		Y: p.Y + int32((2*r.Float64()-1)*metres/s.North),
	}
}

// star is a simple ring of up to so many metres about a site.
func star(r *rand.Rand, metres float64) geo.Ring {
	p := site(r)
	s := geo.ScaleAt(p)
	ring := make(geo.Ring, 3+r.IntN(20))
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(ring)))
		far := metres * (0.3 + 0.7*r.Float64())
		ring[i] = geo.Pos{X: p.X + int32(far*cos/s.East), Y: p.Y + int32(far*sin/s.North)}
	}
	return ring
}

// worst returns the largest relative error of got.
func worst(got, want []float64) float64 {
	most := 0.0
	for i := range want {
		most = max(most, math.Abs(got[i]-want[i])/want[i])
	}
	return most
}

func TestMetresAgreeWithGeography(t *testing.T) {
	conn := postgis(t)
	t.Run("area", func(t *testing.T) { areasAgree(t, conn) })
	t.Run("distance", func(t *testing.T) { distancesAgree(t, conn) })
}

// The edges of geography are geodesics: the area of a cell of up to 2 km agrees to
// 1e-4. Where PostGIS gets our edges, cut into short ones, it agrees to 1e-7.
func areasAgree(t *testing.T, conn *pgx.Conn) {
	for _, c := range []struct {
		number         string
		metres, stated float64
	}{
		{"ST_Area(a::geography)", 1000, 1e-4},
		{"ST_Area(ST_Segmentize(a, 0.0005)::geography)", 1000, 1e-7},
		{"ST_Area(ST_Segmentize(a, 0.003)::geography)", 50_000, 1e-7},
	} {
		r := rand.New(rand.NewPCG(1, 1))
		var got []float64
		var texts [][2]string
		for range 200 {
			ring := star(r, c.metres)
			got = append(got, ring.AreaM2())
			texts = append(texts, [2]string{ringText(ring), pointText(ring[0])})
		}
		off := worst(got, geography(t, conn, c.number, texts))
		t.Logf("%s of %g m is off by %.2g at most", c.number, c.metres, off)
		if off > c.stated {
			t.Errorf("more than %.2g", c.stated)
		}
	}
}

// Distance agrees to 1e-5 within 5 km. DistanceToSegment is off by less than
// d²·(1 + tan |φ|)/2R, where d is the distance of the farther end, and 5e-5·d, as
// PostGIS looks for the nearest point on a sphere.
func distancesAgree(t *testing.T, conn *pgx.Conn) {
	r := rand.New(rand.NewPCG(2, 2))
	var points, segments, bounds []float64
	var pairs, lines [][2]string
	for i := range 600 {
		p, metres := site(r), []float64{50, 500, 5000}[i%3]
		a, b := about(r, p, metres), about(r, p, metres)
		points, pairs = append(points, geo.Distance(p, a)), append(pairs, [2]string{pointText(p), pointText(a)})
		segments, lines = append(segments, geo.DistanceToSegment(p, a, b)), append(lines, [2]string{pointText(p), lineText(a, b)})
		d := max(geo.Distance(p, a), geo.Distance(p, b))
		bounds = append(bounds, d*d*(1+math.Abs(math.Tan(p.Lat()*math.Pi/180)))/(2*6.37e6)+5e-5*d)
	}
	const number = "ST_Distance(a::geography, b::geography)"
	if off := worst(points, geography(t, conn, number, pairs)); off > 1e-5 {
		t.Errorf("Distance is off by %.2g", off)
	}
	used := 0.0
	for i, want := range geography(t, conn, number, lines) {
		used = max(used, math.Abs(segments[i]-want)/bounds[i])
	}
	t.Logf("DistanceToSegment is off by %.2g of what is allowed at most", used)
	if used > 1 {
		t.Error("more than is allowed")
	}
}

// The area of the globe is that of the ellipsoid, 510 065 621.7 km² (Moritz, 1980,
// for GRS 80, which WGS 84 differs from by less than a square kilometre).
func TestAreaOfTheGlobe(t *testing.T) {
	var bands geo.MultiPolygon
	const high = geo.PerDegree / 2
	for y := int32(-geo.MaxY); y < geo.MaxY; y += high {
		bands = append(bands, geo.Polygon{box(-geo.MaxX, y, geo.MaxX, y+high)})
	}
	if got, want := bands.AreaM2()/1e6, 510_065_621.7; math.Abs(got-want) > 1 {
		t.Errorf("got %.1f km², want %.1f", got, want)
	}
}

func TestAreaLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		ring := star(r, 5000)
		area := ring.AreaM2()
		back := append(geo.Ring(nil), ring...)
		back.Reverse()
		if area <= 0 || math.Abs(back.AreaM2()+area) > 1e-9*area {
			t.Fatalf("%v has %g m², reversed %g", ring, area, back.AreaM2())
		}
		first, second := ring[:2], ring[1:]
		parts := append(geo.Ring{second[len(second)-1]}, first...).AreaM2() + second.AreaM2()
		if math.Abs(parts-area) > 1e-6*area+1e-3 {
			t.Fatalf("%v has %g m², in two parts %g", ring, area, parts)
		}
	})
	if got := (geo.Ring{{X: 1, Y: 1}, {X: 2, Y: 2}}).AreaM2(); got != 0 {
		t.Errorf("two positions have %g m²", got)
	}
}

func TestDistanceToSegmentMeetsItsEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))
		p := site(r)
		a, b := about(r, p, 300), about(r, p, 300)
		d := geo.DistanceToSegment(p, a, b)
		ends := min(geo.DistanceToSegment(p, a, a), geo.DistanceToSegment(p, b, b))
		if d > ends+1e-9 || geo.DistanceToSegment(a, a, b) > 1e-9 {
			t.Fatalf("%v is %g m from %v to %v, but %g from an end", p, d, a, b, ends)
		}
	})
}
