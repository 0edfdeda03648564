package api_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jingwei/api"
	"jingwei/grid"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// BenchmarkListeners measures a node with five thousand open streams, over real
// sockets on loopback: the memory of each, and how long it takes from an event at
// the node until the readers have it. With one view all want everything, with four each wants the
// reports of one of the cells, and only one of them gets any.
func BenchmarkListeners(b *testing.B) {
	const listeners = 5000
	for _, queries := range [][]string{{""}, {"?area=" + micro1, "?area=" + micro2, "?area=" + park, "?area=" + north}} {
		for _, events := range []int{1, 100} {
			b.Run(fmt.Sprintf("views=%d/events=%d", len(queries), events), func(b *testing.B) {
				c := newCity(b)
				server := serve(b, c)
				before := resident()
				sockets := connect(b, server, listeners, queries)
				each := float64(resident()-before) / listeners
				told := newCrowd(sockets)
				var waits []time.Duration
				number := 0
				for b.Loop() {
					waits = append(waits, told.hear(events, listeners/len(queries), func() {
						c.tell(number+1, number+events)
						number += events
					})...)
				}
				b.ReportMetric(each, "B/listener")
				slices.Sort(waits)
				b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}

// resident is the memory that the heap and the stacks take, in bytes.
func resident() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// connect opens streams and reads up to where they begin.
func connect(b *testing.B, server *httptest.Server, n int, queries []string) []net.Conn {
	b.Helper()
	sockets := make([]net.Conn, n)
	one := make([]byte, 1)
	for i := range sockets {
		s, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Skipf("%d listeners: %v", i, err)
		}
		b.Cleanup(func() { s.Close() })
		fmt.Fprintf(s, "GET /v1/stream%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer viewer\r\n\r\n", queries[i%len(queries)])
		for tail := ""; tail != "id: 700-0\n\n\r\n"; {
			if _, err := io.ReadFull(s, one); err != nil {
				b.Fatal(err)
			}
			tail = (tail + string(one))[max(0, len(tail)+1-13):]
		}
		sockets[i] = s
	}
	return sockets
}

// crowd counts the events that arrive on many sockets.
type crowd struct {
	mu    sync.Mutex
	have  map[int]int // events, by socket
	want  int
	left  int
	waits []time.Duration
	began time.Time
	done  chan struct{}
}

func newCrowd(sockets []net.Conn) *crowd {
	c := &crowd{have: map[int]int{}}
	for i, s := range sockets {
		go func() {
			buffer := make([]byte, 2048) // an event has one bracket, that of its position
			for {
				n, err := s.Read(buffer)
				if err != nil {
					return
				}
				c.add(i, bytes.Count(buffer[:n], []byte("[")))
			}
		}()
	}
	return c
}

func (c *crowd) add(socket, events int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.have[socket] += events; events > 0 && c.have[socket] == c.want {
		c.waits = append(c.waits, time.Since(c.began))
		if c.left--; c.left == 0 {
			close(c.done)
		}
	}
}

// hear returns how long each of some sockets took until it had a number of events.
func (c *crowd) hear(events, sockets int, tell func()) []time.Duration {
	c.mu.Lock()
	clear(c.have)
	c.want, c.left, c.waits, c.done, c.began = events, sockets, nil, make(chan struct{}), time.Now()
	c.mu.Unlock()
	tell()
	<-c.done
	return c.waits
}

// ears are interests in other words: what a stream asks for, and which reports that is.
// Nobody but who is slow hears of the park.
var ears = []struct {
	token, query string
	wants        func(grid.Report) bool
}{
	{"viewer", "?area=" + micro1, func(r grid.Report) bool { return r.Cell == 5 }},
	{"viewer", "?area=" + micro2 + "&state=assigned,handling", func(r grid.Report) bool { return r.Cell == 6 && r.State <= grid.Handling && r.State != grid.Verifying }},
	{"viewer", "?state=handling", func(r grid.Report) bool { return r.State == grid.Handling }},
	{"viewer", "?holder=L002", func(r grid.Report) bool { return r.Holder.Worker == 12 }},
	{"viewer", "?matter=03", func(r grid.Report) bool { return r.Matter == "030101" }},
	{"north", "", func(r grid.Report) bool { return r.Cell == 9 }},
	{"w15north", "", func(r grid.Report) bool { return r.Cell == 9 || len(r.Tasks) > 0 }},
	{"w11north", "?state=assigned", func(r grid.Report) bool {
		return r.State == grid.Assigned && (r.Cell == 9 || r.Holder.Worker == 11 || r.Sender.Worker == 11)
	}},
	{"viewer", "?area=" + north + "&holder=L001", func(r grid.Report) bool { return r.Cell == 9 && r.Holder.Worker == 11 }},
}

// bustle is n events of steps that are taken on reports at random, one half in transaction
// 700 and the other in 702, and, for each of the ears, what is to be heard of them.
func bustle(n int) (events []grid.Event, heard [][]string) {
	pick, reports := rand.New(rand.NewPCG(1, 2)), map[int]grid.Report{}
	heard = make([][]string, len(ears))
	for i := 1; i <= n; i++ {
		k := pick.IntN(n / 6)
		was, there := reports[k]
		r := was
		if r.Tasks = nil; !there {
			r.ID, r.Cell, r.Matter = uuid.MustParse(id(k)), []grid.AreaID{5, 6, 9}[k%3], []string{"", "010101", "030101"}[k/3%3]
		}
		r.State = []grid.State{grid.Assigned, grid.Verifying, grid.Handling, grid.Closed}[pick.IntN(4)]
		r.Holder, r.Sender.Worker = grid.Holder{Level: grid.Microgrid, Area: r.Cell, Worker: []grid.WorkerID{0, 11, 12}[pick.IntN(3)]}, was.Holder.Worker
		if pick.IntN(3) == 0 {
			r.Tasks = []grid.Task{{Department: "城管", State: grid.Arrived}}
		}
		e := grid.Event{
			Cursor: grid.Cursor{XID: 700 + 2*uint64(2*i/(n+1)), Seq: int64(i)}, What: grid.EventReport, ID: r.ID.String(), Report: &r,
			From: was.State, Had: was.Holder.Worker, HadIn: was.Holder.Area, SentBy: was.Sender.Worker, Owed: was.Owing(),
		}
		for j, ear := range ears {
			switch {
			case ear.wants(r):
				heard[j] = append(heard[j], fmt.Sprint("report ", e.Cursor, " ", e.ID))
			case there && ear.wants(was):
				heard[j] = append(heard[j], fmt.Sprint("gone ", e.Cursor, " ", e.ID))
			}
		}
		reports[k], events = r, append(events, e)
	}
	return events, heard
}

// quiet is a server that holds back little for who does not read.
func quiet(t *testing.T, c *city) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	server.Config.ConnContext = func(ctx context.Context, s net.Conn) context.Context {
		if err := s.(*net.TCPConn).SetWriteBuffer(16 << 10); err != nil {
			t.Error(err)
		}
		return ctx
	}
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(c.Close)
	c.Publish(grid.Cursor{XID: 700}, nil)
	return server
}

// hearing is an open stream.
type hearing struct {
	net.Conn
	lines *bufio.Scanner
}

// hear opens a stream and reads up to where it begins.
func hear(server *httptest.Server, token, query string) (*hearing, error) {
	s, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		return nil, err
	}
	h := &hearing{Conn: s}
	if _, err := fmt.Fprintf(s, "GET /v1/stream%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", query, token); err != nil {
		return h, err
	}
	answer := bufio.NewReaderSize(s, 1<<10)
	for line := ""; line != "\r\n"; {
		switch line, err = answer.ReadString('\n'); {
		case err != nil:
			return h, err
		case strings.HasPrefix(line, "HTTP/") && line != "HTTP/1.1 200 OK\r\n":
			return h, errors.New(line)
		}
	}
	h.lines = bufio.NewScanner(httputil.NewChunkedReader(answer))
	h.lines.Buffer(make([]byte, 2<<10), 64<<10)
	_, err = h.block()
	return h, err
}

// What is heard beside events.
const (
	tooSlow = "too slow: connect again to go on"
	theEnd  = "the end"
)

// next returns the next event as bustle writes it, tooSlow, theEnd, or what is wrong.
func (h *hearing) next() string {
	for {
		event, err := h.block()
		switch {
		case errors.Is(err, io.EOF):
			return theEnd
		case err != nil:
			return err.Error()
		case event != "":
			return event
		}
	}
}

// block reads up to the next empty line.
func (h *hearing) block() (event string, err error) {
	var name, place string
	for h.lines.Scan() {
		line := h.lines.Text()
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "":
			return event, nil
		case key == "event":
			name = value
		case key == "id":
			place = value
		case key == "data":
			id, _, _ := strings.Cut(strings.TrimPrefix(value, `{"id":"`), `"`)
			event = name + " " + place + " " + id
		case value == tooSlow:
			event = tooSlow
		}
	}
	return "", cmp.Or(h.lines.Err(), io.EOF)
}

// expect reads what is to be heard, and nothing else.
func (h *hearing) expect(events ...string) error {
	for i, want := range events {
		if got := h.next(); got != want {
			return fmt.Errorf("%q is number %d of %d, want %q", got, i+1, len(events), want)
		}
	}
	return nil
}

// fallBehind reads on behind the first of many events of the park, and that it is only a
// part of them.
func (h *hearing) fallBehind(events int) error {
	for n := 1; n < events; n++ {
		got := h.next()
		if got == tooSlow {
			return h.expect(theEnd)
		}
		if want := fmt.Sprintf("report 701-%d %s", n+1, id(1000+n)); got != want {
			return fmt.Errorf("%q is number %d of the park, want %q", got, n+1, want)
		}
	}
	return errors.New("who did not read is sent everything")
}

// Law: five thousand who listen at one node hear each of what they asked for, in order
// and all of it, while others do not read at all: those hear a part without a gap and are
// told that they were too slow.
func TestFiveThousandListeners(t *testing.T) {
	const listeners, slow, first, flood = 5000, 20, 1000, api.AtHand + 1500
	enoughFiles(t, 2*(listeners+slow)+500)
	events, heard := bustle(300)
	c := newCity(t)
	server := quiet(t, c)
	streams := make([]*hearing, listeners+slow)
	var opening errgroup.Group
	opening.SetLimit(20)
	for i := range streams {
		opening.Go(func() (err error) {
			token, query := "viewer", "?area="+park
			if i >= slow {
				token, query = ears[i%len(ears)].token, ears[i%len(ears)].query
			}
			streams[i], err = hear(server, token, query)
			return err
		})
	}
	err := opening.Wait()
	t.Cleanup(func() {
		for _, h := range streams {
			if h != nil {
				h.Close()
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	publish := func(events []grid.Event) {
		for batch := range slices.Chunk(events, 7) {
			c.Publish(batch[len(batch)-1].Cursor, batch)
		}
	}
	// listen has all but the slow hear events of a transaction. It ends before there are
	// more than a node has at hand: the machine may be slower than they are.
	listen := func(events []grid.Event, transaction string) {
		t.Helper()
		var reading errgroup.Group
		for i, h := range streams[slow:] {
			own := slices.DeleteFunc(slices.Clone(heard[(i+slow)%len(ears)]), func(e string) bool { return !strings.Contains(e, transaction) })
			reading.Go(func() error { return h.expect(own...) })
		}
		publish(events)
		if err := reading.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	half := len(events) / 2
	listen(events[:half], " 700-")
	parks := make([]grid.Event, flood) // between what the others hear
	for i := range parks {
		r := grid.Report{ID: uuid.MustParse(id(1000 + i)), Cell: 7, State: grid.Closed}
		parks[i] = grid.Event{Cursor: grid.Cursor{XID: 701, Seq: int64(i + 1)}, What: grid.EventReport, ID: r.ID.String(), Report: &r}
	}
	publish(parks[:first])
	for _, h := range streams[:slow] {
		if err := h.expect("report 701-1 " + id(1000)); err != nil { // and reads no more: what is behind it fills the buffers
			t.Fatal(err)
		}
	}
	c.Publish(parks[flood-1].Cursor, parks[first:]) // at once: nobody takes a part of it and is near again
	listen(events[half:], " 702-")
	var reading errgroup.Group
	for _, h := range streams[:slow] {
		reading.Go(func() error { return h.fallBehind(flood) })
	}
	if err := reading.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := c.metrics(); !strings.Contains(got, fmt.Sprintf("jingwei_streams_dropped_total %d\n", slow)) {
		t.Error("the metrics know of others that were dropped")
	}
	c.Close()
	for _, h := range streams[slow:] {
		reading.Go(func() error { return h.expect(theEnd) })
	}
	if err := reading.Wait(); err != nil {
		t.Fatal(err)
	}
}

// enoughFiles raises the limit of open files as far as it goes, and skips a test that
// needs more.
func enoughFiles(t *testing.T, need uint64) {
	t.Helper()
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	if err == nil && limit.Cur < need && limit.Max >= need {
		limit.Cur = limit.Max
		err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	if err != nil {
		t.Fatal(err)
	}
	if limit.Cur < need {
		t.Skipf("%d files may be open (ulimit -Hn), and this takes %d", limit.Max, need)
	}
}
