package store_test

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// This is the closed loop once more, as plainly as it can be said, to hold the real
// one to: codes instead of ids, time that is used up instead of deadlines, a switch
// instead of a table. It knows nothing of package dispatch.

// person is somebody who acts.
type person struct {
	name   string
	worker string // code; "" is a command centre, or somebody without any standing
	root   string // of a command centre; "" is everything
	centre bool
	filed  bool // the reports are this one's
	system bool
}

// duty is a post; until is the zero time when it has no end, and office says that its
// hours are those of officeHours.
type duty struct {
	worker, area string
	primary      bool
	until        time.Time
	office       bool
}

// leave is when somebody is away.
type leave struct {
	worker      string
	from, until time.Time
}

// town is where the model plays.
type town struct {
	parent  map[string]string // of each area; "" of the top
	city    string            // the top
	level   map[string]string
	duties  []duty // primaries first
	leaves  []leave
	officer map[string]string // department of an officer
	centre  map[string]bool   // workers who are dispatchers
}

// ball is who has it: an area and somebody in it, or nobody in person.
type ball struct{ area, worker string }

// job is a report in the model. Left is working time: of the whole and of the stage;
// limited and staged say whether there is any limit, own whether the stage has one of
// its own, and lit and stageLit how many lights have gone on: none, yellow, red.
type job struct {
	cell             string
	sampled          bool // for evaluation
	state            string
	holder, sender   ball
	handler          string
	returns          int
	settled          bool // it was accepted after the last
	asked, askedBy   string
	lead             *job
	left, stage      time.Duration
	limited, staged  bool
	own              bool
	stageLimit       time.Duration
	lit, stageLit    int
	waited           map[string]time.Time // departments that are not late yet
	stopped          bool
	limit            time.Duration
	resume           time.Time
	called, arrived  []string
	urged, supervise int
	version          int64
}

// wish is what somebody wants.
type wish struct {
	who        person
	action     string
	area       string
	lead       *job
	department string
	resume     time.Time
}

func (t *town) crew(area string, now time.Time) (out []string) {
	for _, d := range t.duties {
		if d.area == area && (d.until.IsZero() || now.Before(d.until)) {
			out = append(out, d.worker)
		}
	}
	return out
}

// there are those of the crew who are neither away nor off duty.
func (t *town) there(area string, now time.Time) (out []string) {
	for _, d := range t.duties {
		off := d.office && !officeHours(now) || slices.ContainsFunc(t.leaves, func(l leave) bool {
			return l.worker == d.worker && !now.Before(l.from) && now.Before(l.until)
		})
		if d.area == area && !off && (d.until.IsZero() || now.Before(d.until)) {
			out = append(out, d.worker)
		}
	}
	return out
}

// officeHours are Monday to Friday, 8 to 18 o'clock in Beijing.
func officeHours(now time.Time) bool {
	there := now.UTC().Add(8 * time.Hour)
	return there.Weekday() != time.Saturday && there.Weekday() != time.Sunday && there.Hour() >= 8 && there.Hour() < 18
}

// answering is the area for which somebody in post answers for what lies in an area:
// that one, or the lowest above where anybody is there; "" for neither.
func (t *town) answering(worker, area string, now time.Time) string {
	if slices.Contains(t.crew(area, now), worker) {
		return area
	}
	for _, a := range t.up(area) {
		if len(t.there(a, now)) > 0 {
			if slices.Contains(t.crew(a, now), worker) {
				return a
			}
			return ""
		}
	}
	return ""
}

func (t *town) up(area string) []string {
	var chain []string
	for ; area != ""; area = t.parent[area] {
		chain = append(chain, area)
	}
	return chain
}

// lowest gives the ball to the first of the areas where somebody is, or else to the
// last of them in person of nobody; to some it is not given.
func (t *town) lowest(areas []string, now time.Time, not ...string) ball {
	for _, a := range areas {
		for _, w := range t.there(a, now) {
			if !slices.Contains(not, w) {
				return ball{a, w}
			}
		}
	}
	return ball{areas[len(areas)-1], ""}
}

// over reports whether a person is the command centre over an area, or over no area,
// which is under the city.
func (p person) over(t *town, area string) bool {
	return p.centre && (p.root == "" || area == "" && t.parent[p.root] == "" || slices.Contains(t.up(area), p.root))
}

func (p person) id() string {
	if p.worker != "" {
		return p.worker
	}
	return p.name
}

// owns reports whether a person answers for a ball.
func (p person) owns(t *town, b ball, now time.Time) bool {
	if p.worker == "" {
		return p.over(t, b.area) && (b.worker == "" || len(t.there(b.area, now)) == 0)
	}
	return t.answering(p.worker, b.area, now) != ""
}

func (j *job) seat() ball {
	if j.holder.area == "" {
		return ball{j.cell, j.holder.worker}
	}
	return j.holder
}

// works reports whether a person works on a report: has it, accepted it or finished it.
func (p person) works(j *job) bool {
	return p.id() == j.handler || p.worker != "" && p.worker == j.holder.worker
}

func (p person) above(t *town, j *job, now time.Time) bool {
	seat := j.seat().area
	if p.works(j) {
		return false
	}
	if seat == t.city {
		return p.over(t, seat) || slices.Contains(t.crew(seat, now), p.worker)
	}
	if p.centre {
		return p.root == "" || seat != "" && p.over(t, seat) && p.root != seat
	}
	chain := t.up(seat)
	return len(chain) > 0 && slices.ContainsFunc(chain[1:], func(a string) bool { return slices.Contains(t.crew(a, now), p.worker) })
}

func (p person) dispatches(t *town, j *job, now time.Time) bool {
	for _, area := range []string{j.cell, j.seat().area} {
		if p.over(t, area) {
			return true
		}
		over := t.up(area)
		if area == "" {
			over = []string{t.city}
		}
		if t.centre[p.worker] && slices.ContainsFunc(over, func(a string) bool { return slices.Contains(t.crew(a, now), p.worker) }) {
			return true
		}
	}
	return false
}

// Working time of the stages.
const (
	routeTime    = 30 * time.Minute
	acceptTime   = 2 * time.Hour
	verifyTime   = 24 * time.Hour
	checkTime    = 24 * time.Hour
	evaluateTime = 168 * time.Hour
	arriveTime   = 24 * time.Hour
)

// wait lets time pass.
func (j *job) wait(d time.Duration) {
	if !j.stopped {
		j.left -= d
		j.stage -= d
	}
}

func (j *job) enter(state string) {
	j.state = state
	j.staged, j.own, j.stageLit = true, true, 0
	switch state {
	case "reported":
		j.stage = routeTime
	case "assigned":
		j.stage = acceptTime
	case "verifying":
		j.stage = verifyTime
	case "checking":
		j.stage = checkTime
	case "closed":
		j.stage, j.limited, j.stageLit = evaluateTime, false, 1 // nobody is urged
	default:
		j.stage, j.staged, j.own = j.left, j.limited, false
		if j.limited && j.left <= 0 { // late: as long again as the whole was yellow
			j.stage, j.own = j.limit/5, true
		}
	}
	j.stageLimit = j.stage
}

// start begins the clock of the whole.
func (j *job) start() { j.left, j.limited, j.lit = j.limit, true, 0 }

// light is how many lights should be on.
func light(left, limit time.Duration) int {
	switch {
	case left <= 0:
		return 2
	case left <= limit/5:
		return 1
	}
	return 0
}

// next is when a light goes on, or a department is late, or a date comes; never is
// the zero time.
func (j *job) next(now time.Time) (at time.Time) {
	var all []time.Time
	dark := func(is bool, lit int, left, limit time.Duration) {
		if is && lit < 2 {
			all = append(all, now.Add(left-[]time.Duration{limit / 5, 0}[lit]))
		}
	}
	switch {
	case j.state == "suspended":
		return j.resume
	case j.stopped:
		return at
	}
	dark(j.limited, j.lit, j.left, j.limit)
	dark(j.staged && j.own, j.stageLit, j.stage, j.stageLimit)
	for _, due := range j.waited {
		all = append(all, due)
	}
	for _, t := range all {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

// red reports whether a red light should go on.
func (j *job) red() bool {
	return j.limited && j.lit < 2 && j.left <= 0 || j.staged && j.own && j.stageLit < 2 && j.stage <= 0
}

// ring puts the lights on.
func (j *job) ring() {
	j.lit, j.stageLit = max(j.lit, light(j.left, j.limit)), max(j.stageLit, light(j.stage, j.stageLimit))
}

func (j *job) give(b ball) { j.sender, j.holder = j.holder, b }

func (j *job) owed() bool { return len(j.called)+len(j.arrived) > 0 }

// do takes the step if it is allowed and reports whether it was.
func (j *job) do(t *town, w wish, now time.Time) bool {
	before := j.state
	if !j.step(t, w, now) {
		return false
	}
	j.version++
	if j.state != before || w.action == "refuse" {
		if w.action != "merge" {
			j.lead = nil
		}
		if w.action != "suspend" {
			j.resume = time.Time{}
		}
		j.asked, j.askedBy = "", ""
	}
	return true
}

func (j *job) step(t *town, w wish, now time.Time) bool {
	p := w.who
	holder := p.owns(t, j.seat(), now)
	above, dispatcher := p.above(t, j, now), p.dispatches(t, j, now)
	chain := t.up(j.seat().area)
	switch j.state + " " + w.action {
	case "reported route":
		return dispatcher && j.routed(t, w, now)
	case "reported alarm":
		if !p.system || !j.red() {
			return false
		}
		j.ring()
		return true
	case "assigned accept":
		if holder {
			j.settled, j.handler = true, p.id()
			if j.returns > 1 {
				j.returns = 0
			}
			j.holder = j.takenBy(t, p, now)
			j.enter("verifying")
		}
		return holder
	case "assigned return":
		return holder && j.returned(t, now)
	case "assigned recall":
		if j.sender.area == "" || j.returns > 0 && !j.settled || !p.owns(t, j.sender, now) {
			return false
		}
		j.holder, j.sender = j.home(t, now), ball{}
		j.enter("assigned")
		return true
	case "assigned timeout":
		return p.system && j.staged && j.stageLit < 2 && j.stage <= 0 && j.deputy(t, now)
	case "assigned overdue", "verifying overdue", "handling overdue", "checking overdue":
		if !p.system || !j.red() || !j.higher(t, now) {
			return false
		}
		j.ring()
		j.enter(j.state)
		return true
	case "verifying verify":
		if holder {
			j.enter("handling")
		}
		return holder
	case "verifying ask-void", "handling ask-suspend":
		if !holder || j.asked != "" || w.action == "ask-suspend" && !fits(w.resume, now) {
			return false
		}
		j.asked, j.askedBy = strings.TrimPrefix(w.action, "ask-"), p.id()
		if w.action == "ask-suspend" {
			j.resume = w.resume
		}
		return true
	case "verifying void":
		if !above || j.owed() || j.asked == "void" && j.askedBy == p.id() {
			return false
		}
		j.state, j.limited, j.staged = "void", false, false
		return true
	case "verifying merge":
		if !holder || j.owed() || w.lead == j || slices.Contains([]string{"evaluated", "void", "merged"}, w.lead.state) {
			return false
		}
		j.state, j.lead, j.stopped = "merged", w.lead, true
		return true
	case "merged unmerge":
		if !holder && !above && !dispatcher {
			return false
		}
		j.state, j.stopped = "verifying", false
		return true
	case "verifying refuse", "handling refuse":
		return (j.asked == "void" && above || j.asked == "suspend" && dispatcher && !p.works(j)) && j.askedBy != p.id()
	case "handling escalate":
		if !holder || len(chain) < 2 {
			return false
		}
		j.give(t.lowest(chain[1:], now))
		j.enter("assigned")
		return true
	case "handling delegate":
		below := slices.Contains(t.up(w.area), j.seat().area) && w.area != j.seat().area
		if !holder || !below || len(t.there(w.area, now)) == 0 {
			return false
		}
		j.give(ball{w.area, t.there(w.area, now)[0]})
		j.enter("assigned")
		return true
	case "handling whistle":
		level := t.level[j.holder.area]
		if !holder || level != "grid" && level != "town" || slices.Contains(j.called, w.department) || slices.Contains(j.arrived, w.department) {
			return false
		}
		j.called = append(slices.Clone(j.called), w.department)
		j.waited = maps.Clone(j.waited)
		if j.waited == nil {
			j.waited = map[string]time.Time{}
		}
		j.waited[w.department] = now.Add(arriveTime)
		return true
	case "handling suspend":
		if !dispatcher || j.asked != "suspend" || j.askedBy == p.id() || p.works(j) || j.owed() || !fits(w.resume, now) {
			return false
		}
		j.state, j.stopped, j.resume = "suspended", true, w.resume
		return true
	case "suspended resume":
		if !dispatcher && (!p.system || now.Before(j.resume)) {
			return false
		}
		j.state, j.stopped = "handling", false
		return true
	case "handling finish":
		if !holder || j.owed() {
			return false
		}
		j.handler = p.id()
		to := ball{chain[len(chain)-1], ""}
		if len(chain) > 1 {
			to = t.lowest(chain[1:], now, j.handler)
		}
		j.give(to)
		j.enter("checking")
		return true
	case "checking pass":
		ok := p.id() != j.handler && (holder || above || dispatcher)
		if ok {
			j.enter("closed")
		}
		return ok
	case "checking fail":
		ok := p.id() != j.handler && (holder || above || dispatcher)
		if ok {
			j.give(j.home(t, now))
			j.enter("handling")
		}
		return ok
	case "closed evaluate", "closed lapse":
		ok := w.action == "evaluate" && (p.filed && p.id() != j.handler || above && j.sampled) || w.action == "lapse" && p.system && j.stage <= 0
		if ok {
			j.state, j.limited, j.staged = "evaluated", false, false
		}
		return ok
	case "closed reopen":
		if (!p.filed || p.id() == j.handler) && !above {
			return false
		}
		j.give(j.home(t, now))
		j.start()
		j.enter("handling")
		return true
	}
	return j.sideStep(t, w, now, holder, above, dispatcher)
}

// fits reports whether work may rest until a time: for a year at most.
func fits(resume, now time.Time) bool {
	return resume.After(now) && !resume.After(now.AddDate(1, 0, 0))
}

// sideStep is what changes no state: departments and marks.
func (j *job) sideStep(t *town, w wish, now time.Time, holder, above, dispatcher bool) bool {
	open := slices.Contains([]string{"reported", "assigned", "verifying", "handling", "suspended", "checking"}, j.state)
	work := slices.Contains([]string{"assigned", "verifying", "handling"}, j.state)
	own := t.officer[w.who.worker]
	switch {
	case w.action == "urge" && open && w.who.system:
		next := j.next(now)
		if next.IsZero() || now.Before(next) || j.stopped {
			return false
		}
		j.urged++
		j.ring()
		j.waited = maps.Clone(j.waited)
		maps.DeleteFunc(j.waited, func(_ string, due time.Time) bool { return !now.Before(due) })
	case w.action == "urge" && open && (w.who.filed || above || dispatcher):
		j.urged++
	case w.action == "supervise" && open && (above || dispatcher):
		j.supervise++
	case w.action == "arrive" && work && slices.Contains(j.called, own):
		j.called = without(j.called, own)
		j.waited = maps.Clone(j.waited)
		delete(j.waited, own)
		j.arrived = append(slices.Clone(j.arrived), own)
	case w.action == "complete" && work && slices.Contains(j.arrived, own):
		j.arrived = without(j.arrived, own)
	case w.action == "withdraw" && work && holder && (slices.Contains(j.called, w.department) || slices.Contains(j.arrived, w.department)):
		j.called, j.arrived = without(j.called, w.department), without(j.arrived, w.department)
		j.waited = maps.Clone(j.waited)
		delete(j.waited, w.department)
	default:
		return false
	}
	return true
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == s })
}

// routed gives the ball to an area under the dispatcher.
func (j *job) routed(t *town, w wish, now time.Time) bool {
	chain, crew := t.up(w.area), t.there(w.area, now)
	if len(crew) == 0 {
		return false
	}
	from := ball{chain[len(chain)-1], ""}
	switch {
	case w.who.worker != "":
		i := slices.IndexFunc(chain, func(a string) bool { return slices.Contains(t.crew(a, now), w.who.worker) })
		if i < 0 {
			return false
		}
		from = ball{chain[i], w.who.worker}
	case !w.who.over(t, w.area):
		return false
	case w.who.root != "":
		from = ball{w.who.root, ""}
	}
	j.sender, j.holder = from, ball{w.area, crew[0]}
	j.start()
	j.enter("assigned")
	return true
}

// takenBy is the ball in the hands of who answers for it.
func (j *job) takenBy(t *town, p person, now time.Time) ball {
	if p.worker == "" {
		return ball{j.holder.area, ""}
	}
	return ball{t.answering(p.worker, j.holder.area, now), p.worker}
}

// home is where the ball goes back to.
func (j *job) home(t *town, now time.Time) ball {
	chain := t.up(j.holder.area)
	switch {
	case j.sender.area == "" && len(chain) > 1:
		return t.lowest(chain[1:], now)
	case j.sender.worker == "" || slices.Contains(t.there(j.sender.area, now), j.sender.worker):
		return j.sender
	}
	return t.lowest(t.up(j.sender.area), now)
}

// returned gives the ball back: the second time to who is above both.
func (j *job) returned(t *town, now time.Time) bool {
	chain := t.up(j.holder.area)
	if j.returns == 0 {
		if j.sender.area == "" && len(chain) < 2 {
			return false
		}
		if to := j.home(t, now); to == j.holder {
			return false
		}
		j.give(j.home(t, now))
	} else {
		to := ball{chain[len(chain)-1], ""}
		for i, a := range chain {
			theirs := t.up(j.sender.area)
			if i > 0 && (len(theirs) == 0 || slices.Contains(theirs[1:], a)) {
				to = t.lowest(chain[i:], now)
				break
			}
		}
		if to == j.holder {
			return false
		}
		j.give(to)
	}
	j.returns, j.settled = j.returns+1, false
	j.enter("assigned")
	return true
}

// deputy gives the ball to the deputy, or else up.
func (j *job) deputy(t *town, now time.Time) bool {
	chain, crew := t.up(j.holder.area), t.there(j.holder.area, now)
	i := slices.Index(crew, j.holder.worker) + 1
	top := ball{chain[len(chain)-1], ""}
	if j.holder != top && i < len(crew) {
		j.holder = ball{j.holder.area, crew[i]}
	} else if !j.higher(t, now) {
		return false
	}
	j.enter("assigned")
	return true
}

// higher gives the ball up, at the top to nobody in person.
func (j *job) higher(t *town, now time.Time) bool {
	chain := t.up(j.holder.area)
	switch top := (ball{chain[len(chain)-1], ""}); {
	case len(chain) > 1 && j.state == "checking":
		j.holder = t.lowest(chain[1:], now, j.handler)
	case len(chain) > 1:
		j.holder = t.lowest(chain[1:], now)
	case j.holder == top:
		return false
	default:
		j.holder = top
	}
	return true
}
