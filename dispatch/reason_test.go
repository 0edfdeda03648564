package dispatch_test

import (
	"testing"

	"jingwei/dispatch"
	"jingwei/grid"
)

// A name may have two lines, as a quoted field of a CSV file has; the reason is one.
func TestReasonOfTwoLines(t *testing.T) {
	d := dispatch.Decision{Cell: grid.Area{ID: 1}, State: grid.Assigned, Considered: []dispatch.Candidate{
		{Area: grid.Area{ID: 1, Code: "1", Name: "甲\n乙", Level: grid.Grid}, Rank: grid.Primary, Verdict: dispatch.Vacant},
	}}
	if got := d.Reasons(nil); len(got) != 1 {
		t.Errorf("%d reasons: %q", len(got), got)
	}
}
