package grid

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Beijing is the clock on the wall of duties and rules: that of all of China,
// eight hours ahead of UTC the year round.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// Shift is hours that come again on days of the week, by the clock of [Beijing].
// One with Stop not after Start passes midnight and belongs to the day it begins.
type Shift struct {
	Days  Days
	Start int16 // minutes from midnight, 0 to 1439
	Stop  int16 // the first minute that is not in it, 1 to 1440
}

// Days is a set of days of the week: bit 0 is Monday, bit 6 Sunday.
type Days uint8

// Week is the hours of a week, a union of shifts. The zero value is always.
type Week []Shift

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

// minuteOfWeek counts from the beginning of Monday. 1970 began on a Thursday.
func minuteOfWeek(t time.Time) int {
	const thursday, ahead = 3 * dayMinutes, 8 * 60
	seconds := t.Unix()
	minutes := seconds / 60
	if seconds%60 < 0 {
		minutes--
	}
	return int(((minutes+thursday+ahead)%weekMinutes + weekMinutes) % weekMinutes)
}

// Holds reports whether t is in the week's hours.
func (w Week) Holds(t time.Time) bool {
	if len(w) == 0 {
		return true
	}
	m := minuteOfWeek(t)
	return slices.ContainsFunc(w, func(s Shift) bool { return s.holds(m/dayMinutes, int16(m%dayMinutes)) })
}

func (s Shift) holds(day int, minute int16) bool {
	const days = 7
	today, yesterday := s.Days>>day&1 == 1, s.Days>>((day+days-1)%days)&1 == 1
	if s.Start < s.Stop {
		return today && s.Start <= minute && minute < s.Stop
	}
	return today && s.Start <= minute || yesterday && minute < s.Stop
}

// Minutes returns how many minutes of a week are in it, from 1 to 10080.
func (w Week) Minutes() int {
	if len(w) == 0 {
		return weekMinutes
	}
	n := 0
	for m := range weekMinutes {
		if slices.ContainsFunc(w, func(s Shift) bool { return s.holds(m/dayMinutes, int16(m%dayMinutes)) }) {
			n++
		}
	}
	return n
}

var dayNames = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// String writes shifts as in "mon-fri 08:30-17:30; sat,sun 09:00-12:00". Always
// is empty.
func (w Week) String() string {
	parts := make([]string, len(w))
	for i, s := range w {
		parts[i] = fmt.Sprintf("%v %02d:%02d-%02d:%02d", s.Days, s.Start/60, s.Start%60, s.Stop/60, s.Stop%60)
	}
	return strings.Join(parts, "; ")
}

// String writes the days, runs of three or more as in "mon-fri".
func (d Days) String() string {
	var parts []string
	for i := 0; i < len(dayNames); i++ {
		if d>>i&1 == 0 {
			continue
		}
		last := i
		for last+1 < len(dayNames) && d>>(last+1)&1 == 1 {
			last++
		}
		if last >= i+2 {
			parts = append(parts, dayNames[i]+"-"+dayNames[last])
			i = last
			continue
		}
		parts = append(parts, dayNames[i])
	}
	return strings.Join(parts, ",")
}

// ParseWeek reads what [Week.String] writes. Days may be left out for all days,
// hours for the whole day; days may be numbers, from 1 for Monday, or Chinese, as
// in "周一至周五 08:30-17:30". Shifts come out in one order.
func ParseWeek(text string) (Week, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var w Week
	for part := range strings.SplitSeq(plainWeek.Replace(strings.ToLower(text)), ";") {
		s, err := parseShift(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("hours %q: %w; write them as in mon-fri 08:30-17:30; sat,sun 09:00-12:00", text, err)
		}
		w = append(w, s)
	}
	slices.SortFunc(w, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(a.Days&-a.Days, b.Days&-b.Days), cmp.Compare(a.Start, b.Start), cmp.Compare(a.Stop, b.Stop), cmp.Compare(a.Days, b.Days))
	})
	return slices.Compact(w), nil
}

// plainWeek turns Chinese days and signs into ours.
var plainWeek = strings.NewReplacer(
	"；", ";", "，", ",", "、", ",", "：", ":", "至", "-", "到", "-", "–", "-", "—", "-", "～", "-", "~", "-",
	"每天", "mon-sun", "工作日", "mon-fri", "周末", "sat,sun", "星期", "", "周", "",
	"一", "mon", "二", "tue", "三", "wed", "四", "thu", "五", "fri", "六", "sat", "日", "sun", "天", "sun",
)

// parseShift reads days and hours, of which one may be missing.
func parseShift(text string) (s Shift, err error) {
	days, hours, both := strings.Cut(text, " ")
	if !both && strings.Contains(text, ":") {
		days, hours = "mon-sun", text
	}
	if s.Days, err = parseDays(days); err != nil {
		return s, err
	}
	if hours = strings.ReplaceAll(hours, " ", ""); hours == "" {
		hours = "00:00-24:00"
	}
	from, to, _ := strings.Cut(hours, "-")
	if s.Start, err = parseClock(from, dayMinutes-1); err == nil {
		s.Stop, err = parseClock(to, dayMinutes)
	}
	if s.Stop == 0 {
		s.Stop = dayMinutes
	}
	if err == nil && s.Start == s.Stop {
		err = fmt.Errorf("%q ends when it begins", hours)
	}
	return s, err
}

func parseDays(text string) (d Days, err error) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, run := strings.Cut(part, "-")
		if !run {
			last = first
		}
		i, j := dayOf(first), dayOf(last)
		if i < 0 || j < 0 {
			return 0, fmt.Errorf("%q is no day or run of days", part)
		}
		for ; i != j; i = (i + 1) % len(dayNames) {
			d |= 1 << i
		}
		d |= 1 << j
	}
	return d, nil
}

// dayOf returns 0 for Monday to 6 for Sunday, -1 for what is no day.
func dayOf(name string) int {
	name = strings.TrimSpace(name)
	if n, err := strconv.Atoi(name); err == nil && 1 <= n && n <= len(dayNames) {
		return n - 1
	}
	return slices.Index(dayNames[:], name)
}

// parseClock reads a time of day as minutes from midnight.
func parseClock(text string, most int16) (int16, error) {
	h, m, ok := strings.Cut(text, ":")
	hour, err1 := strconv.ParseUint(h, 10, 8)
	minute, err2 := strconv.ParseUint(m, 10, 8)
	v := int16(hour)*60 + int16(minute)
	if !ok || err1 != nil || err2 != nil || len(m) != 2 || minute > 59 || hour > 24 || v > most {
		return 0, fmt.Errorf("%q is no time of day", text)
	}
	return v, nil
}
