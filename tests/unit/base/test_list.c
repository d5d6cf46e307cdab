#include "src/base/list.h"
#include "tests/support/check.h"

struct item {
    int number;
    struct list link;
};

/* The numbers in order, and whether the way back is the same. */
static int read_list(struct list *head)
{
    int forth = 0, back = 0, scale = 1;

    list_each(it, head, struct item, link)
    {
        forth = forth * 10 + it->number;
    }
    for (struct list *l = head->prev; l != head; l = l->prev) {
        back += container_of(l, struct item, link)->number * scale;
        scale *= 10;
    }
    CHECK(forth == back);
    return forth;
}

static void test_order(void)
{
    struct item items[] = {{1, {0}}, {2, {0}}, {3, {0}}};
    struct list head;

    list_init(&head);
    CHECK(list_empty(&head) && read_list(&head) == 0);
    for (int i = 0; i < 3; i++) {
        list_init(&items[i].link);
        list_append(&head, &items[i].link);
    }
    CHECK(!list_empty(&head) && read_list(&head) == 123);
    list_remove(&items[1].link);
    CHECK(read_list(&head) == 13 && list_empty(&items[1].link));
    list_append(&head, &items[1].link);
    CHECK(read_list(&head) == 132);
    list_remove(&items[0].link);
    list_remove(&items[2].link);
    list_remove(&items[1].link);
    CHECK(list_empty(&head));
}

static void test_remove_lonely(void)
{
    struct item item = {1, {0}};

    list_init(&item.link);
    list_remove(&item.link);
    list_remove(&item.link);
    CHECK(list_empty(&item.link));
}

/* The current node may be freed while the list is walked. */
static void test_free_while_walking(void)
{
    struct list head;
    int seen = 0;

    list_init(&head);
    for (int i = 1; i <= 5; i++) {
        struct item *it = calloc(1, sizeof *it);
        if (!it)
            abort();
        it->number = i;
        list_append(&head, &it->link);
    }
    list_each(it, &head, struct item, link)
    {
        seen = seen * 10 + it->number;
        list_remove(&it->link);
        free(it);
    }
    CHECK(seen == 12345 && list_empty(&head));
}

TEST_SUITE("base/list", {"order", test_order}, {"remove lonely", test_remove_lonely},
           {"free while walking", test_free_while_walking})
