package synth

import "math/rand/v2"

// Each part of the city draws from a stream of its own, so that a change in one
// leaves the others as they were.
const (
	streamOutline = iota + 1
	streamSites
	streamClasses
	streamDedicated
	streamHierarchy
	streamNames
	streamHouseholds
	streamPeople
	streamSea
	streamWeights
	streamRhythm
	streamReports
	streamLive
)

func newStream(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// hash mixes a and b into a number that looks random (the finaliser of
// SplitMix64 over both).
func hash(a, b uint64) uint64 {
	z := a + 0x9e3779b97f4a7c15*(b+1)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit turns a hash into a number in [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// between returns a number in [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + float64((hi-lo)*r.Float64()) }

// noise is a smooth random field over the plane with values in [0, 1] and
// features of about size units.
type noise struct {
	seed uint64
	size float64
}

func (n noise) at(p vec) float64 {
	x, y := p.u/n.size+1024, p.v/n.size+1024
	i, j := uint64(x), uint64(y)
	s, t := smooth(x-float64(i)), smooth(y-float64(j))
	lo := blend(n.corner(i, j), n.corner(i+1, j), s)
	hi := blend(n.corner(i, j+1), n.corner(i+1, j+1), s)
	return blend(lo, hi, t)
}

func (n noise) corner(i, j uint64) float64 { return unit(hash(n.seed, i<<32|j)) }

func smooth(t float64) float64 { return float64(t*t) * (3 - float64(2*t)) }

func blend(a, b, t float64) float64 { return a + float64((b-a)*t) }
