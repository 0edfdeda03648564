package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
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
