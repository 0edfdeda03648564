package tiles

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"
)

// memory keeps what was used last, up to a number of bytes. Values are immutable.
type memory struct {
	budget  int // bytes
	flights singleflight.Group

	mu    sync.Mutex
	used  int
	items map[any]*list.Element
	order *list.List // of *item, the last used first
}

type item struct {
	key   any
	value any
	bytes int
}

// overhead is what an item takes besides its bytes, about.
const overhead = 256

func newMemory(budget int) *memory {
	return &memory{budget: budget, items: map[any]*list.Element{}, order: list.New()}
}

// kept returns what is in memory under a key, or makes it: for the same key at
// the same time only once, and to the end even when who asked first goes away.
func kept[T any](ctx context.Context, m *memory, key any, make func(context.Context) (T, int, error)) (none T, err error) {
	if v, ok := m.get(key); ok {
		return v.(T), nil
	}
	done := m.flights.DoChan(fmt.Sprintf("%T%v", key, key), func() (any, error) {
		if v, ok := m.get(key); ok { // made since
			return v, nil
		}
		v, bytes, err := make(context.WithoutCancel(ctx))
		if err == nil {
			m.put(key, v, bytes)
		}
		return v, err
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (m *memory) get(key any) (value any, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.items[key]
	if !ok {
		return nil, false
	}
	m.order.MoveToFront(e)
	return e.Value.(*item).value, true
}

// put keeps a value that takes so many bytes; one that is there stays.
func (m *memory) put(key, value any, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.items[key]; ok {
		return
	}
	bytes += overhead
	m.items[key] = m.order.PushFront(&item{key, value, bytes})
	m.used += bytes
	for m.used > m.budget {
		m.drop(m.order.Back())
	}
}

func (m *memory) drop(e *list.Element) {
	it := m.order.Remove(e).(*item)
	delete(m.items, it.key)
	m.used -= it.bytes
}
