package api

import (
	"math"
	"strings"
	"time"

	"jingwei/dispatch"
	"jingwei/geo"
	"jingwei/grid"

	"github.com/google/uuid"
)

// The shapes of answers. Their fields are a contract with every client.

type areaView struct {
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	Level grid.Level `json:"level"`
	Kind  grid.Kind  `json:"kind"` // "" but for grids
}

type cellView struct {
	areaView
	Households int32 `json:"households"`
}

type personView struct {
	Code  string    `json:"code"`
	Name  string    `json:"name"`
	Role  grid.Role `json:"role"`
	Rank  grid.Rank `json:"rank,omitempty"`
	Phone string    `json:"phone"`
	Away  string    `json:"away,omitempty"` // absent, or off duty
}

type answerView struct {
	areaView
	People []personView `json:"people"`
}

type matterView struct {
	Code       string     `json:"code"`
	Category   string     `json:"category"`
	Item       string     `json:"item"`
	Name       string     `json:"name"`
	Level      grid.Level `json:"level"`
	LimitHours float64    `json:"limit_hours"`
}

type reportMatterView struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Category string `json:"category"`
	Item     string `json:"item"`
}

type holderAreaView struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type holderView struct {
	Level  grid.Level      `json:"level"`
	Area   *holderAreaView `json:"area"`
	Worker *personView     `json:"worker"`
}

// reportView is a report as lists and streams show it.
type reportView struct {
	ID        uuid.UUID         `json:"id"`
	At        time.Time         `json:"at"`
	Received  time.Time         `json:"received"`
	Position  [2]float64        `json:"position"` // lon, lat in degrees, WGS 84
	Accuracy  *float64          `json:"accuracy"` // metres
	Matter    *reportMatterView `json:"matter"`
	Text      string            `json:"text"`
	Reporter  string            `json:"reporter"`
	Edition   int64             `json:"edition"`
	Method    grid.Method       `json:"method"`
	DistanceM float64           `json:"distance_m"`
	Cell      *areaView         `json:"cell"`
	State     grid.State        `json:"state"`
	Holder    *holderView       `json:"holder"`
	Version   int64             `json:"version"`

	Urgency    grid.Urgency `json:"urgency"`
	Sender     *holderView  `json:"sender"`
	Due        *time.Time   `json:"due"`
	StageDue   *time.Time   `json:"stage_due"`
	Stopped    *time.Time   `json:"stopped,omitempty"`
	ResumeAt   *time.Time   `json:"resume_at,omitempty"`
	Asked      grid.Action  `json:"asked,omitempty"`
	Lead       *uuid.UUID   `json:"lead,omitempty"`
	Sampled    bool         `json:"sampled,omitempty"`
	Urged      int          `json:"urged"`
	Supervised int          `json:"supervised"`
}

type taskView struct {
	Department string         `json:"department"`
	State      grid.TaskState `json:"state"`
	Called     time.Time      `json:"called"`
	Due        time.Time      `json:"due"`
	By         string         `json:"by"`
	At         time.Time      `json:"at"`
	Note       string         `json:"note"`
}

// fullReportView is a report as an answer about it alone shows it.
type fullReportView struct {
	reportView
	Tasks   []taskView    `json:"tasks"`
	Actions []grid.Action `json:"actions"` // that the caller may take now
	Chain   []answerView  `json:"chain"`
	Reasons []string      `json:"reasons"`
	Follows *followsView  `json:"follows,omitempty"`
	Warning string        `json:"warning,omitempty"`
}

// followsView is how the report stands that a merged one follows: the lead, or what
// that was merged into in turn. Whoever sees the follower sees this of it.
type followsView struct {
	ID      uuid.UUID  `json:"id"`
	State   grid.State `json:"state"`
	Version int64      `json:"version"`
	At      time.Time  `json:"at"` // of its last step: of an end, when it ended
}

type stepView struct {
	Step    int64       `json:"step"`
	At      time.Time   `json:"at"`
	Actor   string      `json:"actor"`
	AsWhom  string      `json:"as"`
	Action  grid.Action `json:"action"`
	From    *grid.State `json:"from"`
	To      grid.State  `json:"to"`
	Holder  *holderView `json:"holder"`
	Reason  string      `json:"reason"`
	Edition int64       `json:"edition"`

	Sender     *holderView `json:"sender,omitempty"`
	Due        *time.Time  `json:"due"`
	StageDue   *time.Time  `json:"stage_due"`
	Stopped    *time.Time  `json:"stopped,omitempty"`
	Lead       *uuid.UUID  `json:"lead,omitempty"`
	ResumeAt   *time.Time  `json:"resume_at,omitempty"`
	Department string      `json:"department,omitempty"`
	TaskDue    *time.Time  `json:"task_due,omitempty"`
	Evidence   []string    `json:"evidence,omitempty"`
}

func viewArea(a grid.Area) areaView { return areaView{a.Code, a.Name, a.Level, a.Kind} }

func viewWorker(w grid.Worker, rank grid.Rank) personView {
	return personView{Code: w.Code, Name: w.Name, Role: w.Role, Rank: rank, Phone: w.Phone}
}

func viewPeople(people []dispatch.Person) []personView {
	out := make([]personView, 0, len(people))
	for _, p := range people {
		v := viewWorker(p.Worker, p.Rank)
		v.Away = string(p.Away)
		out = append(out, v)
	}
	return out
}

// viewChain shows the chain over area i, which may be -1 for no area.
func viewChain(s *grid.Snapshot, i int32, at time.Time) []answerView {
	out := []answerView{}
	for _, a := range dispatch.Answers(s, i, at) {
		out = append(out, answerView{viewArea(s.Area(a.Area)), viewPeople(a.People)})
	}
	return out
}

// areaOf finds an area by id; -1 when it is 0 or not in this edition.
func areaOf(s *grid.Snapshot, id grid.AreaID) int32 {
	if i, ok := s.ByID(id); ok {
		return i
	}
	return -1
}

func viewReport(s *grid.Snapshot, r grid.Report) reportView {
	v := reportView{
		ID: r.ID, At: r.At.UTC(), Received: r.Received.UTC(), Position: viewPos(r.Pos),
		Text: r.Text, Reporter: r.Reporter, Edition: r.Edition, Method: r.Method, DistanceM: centimetres(r.DistanceM),
		State: r.State, Holder: viewHolder(s, r.Holder, r.Received), Version: r.Version,
		Urgency: r.Urgency, Sender: viewHolder(s, r.Sender, r.Received),
		Due: some(r.Due), StageDue: some(r.StageDue), Stopped: some(r.Stopped), ResumeAt: some(r.ResumeAt),
		Asked: r.Asked, Lead: some(r.Lead), Sampled: r.State == grid.Closed && r.Sampled(), Urged: r.Urged, Supervised: r.Supervised,
	}
	if r.Accuracy > 0 {
		accuracy := centimetres(r.Accuracy)
		v.Accuracy = &accuracy
	}
	if i := areaOf(s, r.Cell); i >= 0 {
		cell := viewArea(s.Area(i))
		v.Cell = &cell
	}
	if m, ok := s.Roster().Matter(r.Matter); ok {
		v.Matter = &reportMatterView{m.Code, m.Name, m.Category, m.Item}
	} else if r.Matter != "" {
		v.Matter = &reportMatterView{Code: r.Matter}
	}
	return v
}

// some turns a zero value into none.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func viewPos(p geo.Pos) [2]float64 { return [2]float64{p.Lon(), p.Lat()} }

// centimetres rounds metres to what a position is good for.
func centimetres(m float64) float64 { return math.Round(m*100) / 100 }

// viewHolder shows who holds a report that came in at that time; nil for the
// unrouted queue.
func viewHolder(s *grid.Snapshot, h grid.Holder, at time.Time) *holderView {
	if h == (grid.Holder{}) {
		return nil
	}
	v := &holderView{Level: h.Level}
	if i := areaOf(s, h.Area); i >= 0 {
		v.Area = &holderAreaView{s.Area(i).Code, s.Area(i).Name}
	}
	if w, ok := s.Roster().Worker(h.Worker); ok {
		person := viewWorker(w, rankAt(s.Roster(), h, at))
		v.Worker = &person
	}
	return v
}

// rankAt returns the rank in which a holder had its area at a time; empty when
// the roster does not tell.
func rankAt(r *grid.Roster, h grid.Holder, at time.Time) grid.Rank {
	for _, p := range r.Posts(h.Area) {
		if p.Worker == h.Worker && p.Holds(at) {
			return p.Rank
		}
	}
	return ""
}

// viewFull shows a report with its tasks, what the caller may do, its chain at the
// time it arrived, when it was routed, and the reasons of its last step.
func (c *call) viewFull(r grid.Report, steps []grid.Step) fullReportView {
	return fullReportView{
		reportView: viewReport(c.s, r),
		Tasks:      viewTasks(r.Tasks),
		Actions:    dispatch.Actions(c.s, r, c.actor(steps), c.now),
		Chain:      viewChain(c.s, areaOf(c.s, r.Cell), r.Received),
		Reasons:    reasonLines(lastReason(steps)),
	}
}

func viewTasks(tasks []grid.Task) []taskView {
	out := make([]taskView, 0, len(tasks))
	for _, t := range tasks {
		out = append(out, taskView{t.Department, t.State, t.Called, t.Due, t.By, t.At, t.Note})
	}
	return out
}

// A step keeps its reasons as lines.
func reasonLines(reason string) []string {
	if reason == "" {
		return []string{}
	}
	return strings.Split(reason, "\n")
}

func viewStep(s *grid.Snapshot, t grid.Step, at time.Time) stepView {
	v := stepView{
		Step: t.Step, At: t.At.UTC(), Actor: t.Actor, AsWhom: t.AsWhom, Action: t.Action, To: t.To,
		Holder: viewHolder(s, t.Holder, at), Reason: t.Reason, Edition: t.Edition,
		Sender: viewHolder(s, t.Sender, at), Due: some(t.Due), StageDue: some(t.StageDue), Stopped: some(t.Stopped),
		Lead: some(t.Lead), ResumeAt: some(t.ResumeAt), Department: t.Department, TaskDue: some(t.TaskDue), Evidence: t.Evidence,
	}
	if t.From != 0 {
		v.From = &t.From
	}
	return v
}

func viewMatter(m grid.Matter) matterView {
	return matterView{m.Code, m.Category, m.Item, m.Name, m.Level, m.Limit.Hours()}
}
