package tiles

import (
	"container/list"
	"sync"
)

// memory keeps what was used last, up to a number of bytes. Values are immutable.
type memory struct {
	budget int // bytes

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
