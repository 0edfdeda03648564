package dispatch

import (
	"time"

	"jingwei/grid"
)

// Answer is an area of a chain with the people who answer there.
type Answer struct {
	Area   int32 // index in the snapshot
	People []Person
}

// Person is a worker who holds a post.
type Person struct {
	Worker grid.Worker
	Rank   grid.Rank
	Away   Verdict // Absent or OffDuty; empty for one who is there
}

// Answers returns the chain over area i from the top down, with the people who
// hold a post in each at time at, primaries first.
func Answers(s *grid.Snapshot, i int32, at time.Time) []Answer {
	var out []Answer
	for _, a := range s.Chain(i) {
		out = append(out, Answer{Area: a, People: People(s, a, at)})
	}
	return out
}

// People returns who holds a post in area i itself at time at, primaries first.
// A post of a worker who is not in the roster is left out.
func People(s *grid.Snapshot, i int32, at time.Time) []Person {
	var out []Person
	for _, p := range s.Roster().Posts(s.Area(i).ID) {
		if !p.Holds(at) {
			continue
		}
		w, verdict, _ := judge(s.Roster(), p, at)
		switch verdict {
		case Unknown:
			continue
		case Answering:
			verdict = ""
		}
		out = append(out, Person{w, p.Rank, verdict})
	}
	return out
}
