package tiles

import (
	"testing"

	"pgregory.net/rapid"
)

// Memory keeps what was used last and stays within its budget.
func TestMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const budget = 10 * (overhead + 50)
		m := newMemory(budget)
		last := -1
		for range 100 {
			key := rapid.IntRange(0, 30).Draw(t, "key")
			if v, ok := m.get(key); ok && v != -key {
				t.Fatalf("%d under %d", v, key)
			}
			m.put(key, -key, rapid.IntRange(0, 100).Draw(t, "bytes"))
			if _, ok := m.get(last); !ok && last >= 0 {
				t.Fatalf("%d was used last and is gone", last)
			}
			if _, ok := m.get(key); !ok {
				t.Fatalf("%d was not kept", key)
			}
			last = key
			used := 0
			for e := m.order.Front(); e != nil; e = e.Next() {
				used += e.Value.(*item).bytes
			}
			if used != m.used || used > budget || len(m.items) != m.order.Len() {
				t.Fatalf("%d bytes used of %d, %d counted", used, budget, m.used)
			}
		}
		m.put("large", 0, 2*budget)
		if len(m.items) != 0 || m.used != 0 {
			t.Fatal("more than the budget is kept")
		}
	})
}
