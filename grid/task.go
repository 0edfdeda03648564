package grid

import (
	"slices"
	"time"
)

// Task is what a department owes a report after the whistle (吹哨报到).
type Task struct {
	Step       int64 // that called the department
	Department string
	State      TaskState
	Called     time.Time
	Due        time.Time // until when the department reports in
	By         string    // who changed it last, as [Caller.Actor] writes it
	At         time.Time // when
	Note       string    // the reason of the last change
}

// TaskState says how far a department has come.
type TaskState string

// Called: not there yet. Arrived 报到: at work. Done, and Withdrawn by the one who
// called: the ends.
const (
	Called    TaskState = "called"
	Arrived   TaskState = "arrived"
	Done      TaskState = "done"
	Withdrawn TaskState = "withdrawn"
)

// Open reports whether the department still owes something.
func (t Task) Open() bool { return t.State == Called || t.State == Arrived }

// Owing returns the departments that still owe the report something, in the order in
// which they were called.
func (r Report) Owing() (departments []string) {
	for _, t := range r.Tasks {
		if t.Open() {
			departments = append(departments, t.Department)
		}
	}
	return departments
}

// OpenTask returns the task that a department still owes.
func (r Report) OpenTask(department string) (Task, bool) {
	i := slices.IndexFunc(r.Tasks, func(t Task) bool { return t.Open() && t.Department == department })
	if i < 0 {
		return Task{}, false
	}
	return r.Tasks[i], true
}
