package grid

import (
	"sort"
	"time"
)

// Left returns the working time from now until due; negative after it.
func (c *Calendar) Left(now, due time.Time) time.Duration { return c.worked(due) - c.worked(now) }

// Due returns when so much work is done that begins at from.
func (c *Calendar) Due(from time.Time, work time.Duration) time.Time {
	return c.reached(c.worked(from) + work).In(from.Location())
}

// worked is the working time from 1970 to t.
func (c *Calendar) worked(t time.Time) time.Duration {
	day := dayOf1970(t)
	into := t.Sub(midnight(day))
	total, work := c.day(day)
	done := time.Duration(total) * time.Minute
	for _, s := range work {
		start, stop := time.Duration(s.start)*time.Minute, time.Duration(s.stop)*time.Minute
		done += max(0, min(into, stop)-start)
	}
	return done
}

// reached is the first moment at which so much has been worked since 1970.
func (c *Calendar) reached(work time.Duration) time.Time {
	day := c.dayReached(work)
	total, spans := c.day(day)
	left := work - time.Duration(total)*time.Minute
	for _, s := range spans {
		length := time.Duration(s.stop-s.start) * time.Minute
		if left <= length {
			return midnight(day).Add(time.Duration(s.start)*time.Minute + left)
		}
		left -= length
	}
	panic("grid: a day on which the work is done, and is not")
}

// dayReached is the day at the beginning of which less has been worked, and at the
// end of which as much or more.
func (c *Calendar) dayReached(work time.Duration) int64 {
	least := floorDiv(int64(work-1), int64(time.Minute)) + 1 // minutes that hold the work
	i := sort.Search(len(c.specials), func(i int) bool { return c.specials[i].total >= least })
	if i > 0 && c.specials[i-1].total+minutes(c.specials[i-1].work) >= least {
		return c.specials[i-1].day
	}
	return c.regularDay(least, i)
}

// regularDay is dayReached, by minutes of work, when it is a regular day behind the
// first n specials: whole weeks up to it, and then at most as many days as a week
// has.
func (c *Calendar) regularDay(least int64, n int) int64 {
	begun := least - 1 - c.shift(n) + c.before[thursday] // since a Monday
	weeks := floorDiv(begun, c.before[7])
	rest := begun - weeks*c.before[7]
	day := 0
	for c.before[day+1] <= rest {
		day++
	}
	return weeks*7 + int64(day) - thursday
}

// shift is how many minutes more have been worked after the first n specials than
// without days that differ.
func (c *Calendar) shift(n int) int64 {
	if n == 0 {
		return 0
	}
	last := &c.specials[n-1]
	return last.total + minutes(last.work) - c.regular(last.day+1)
}

// day returns what has been worked up to the beginning of a day, in minutes since
// 1970, and its hours.
func (c *Calendar) day(day int64) (total int64, work []span) {
	i := sort.Search(len(c.specials), func(i int) bool { return c.specials[i].day >= day })
	if i < len(c.specials) && c.specials[i].day == day {
		return c.specials[i].total, c.specials[i].work
	}
	return c.regular(day) + c.shift(i), c.week[weekday(day)]
}

// midnight is when a day since 1970 begins.
func midnight(day int64) time.Time { return time.Unix((day*24-8)*60*60, 0) }
