"""What the shop begins with. Dates are told from the day it is first started."""

from datetime import date, timedelta

from examples.order_service.shop import Member, Order, Shop

PRODUCTS = {
    "tv": ("65寸电视", "65-inch television", 4999.0),
    "fridge": ("双门冰箱", "two-door fridge", 3299.0),
    "washer": ("滚筒洗衣机", "front-loading washing machine", 2799.0),
    "aircon": ("一匹半空调", "air conditioner", 2599.0),
    "robot": ("扫地机器人", "robot vacuum cleaner", 1899.5),
}
ORDERS = (
    # number, phone, product, status, days since it was ordered, days until it is delivered, address
    ("20261001", "2001", "tv", "out_for_delivery", 3, 0, "杭州市西湖区文三路18号"),
    ("20261002", "2001", "washer", "paid", 1, 4, "杭州市西湖区文三路18号"),
    ("20261003", "2001", "robot", "delivered", 40, -36, "杭州市西湖区文三路18号"),
    ("20261004", "2002", "fridge", "shipped", 2, 1, "上海市静安区南京西路1266号"),
    ("20261005", "2002", "aircon", "placed", 0, 6, "上海市静安区南京西路1266号"),
    ("20261006", "13800000001", "tv", "paid", 1, 3, "北京市海淀区中关村大街1号"),
    ("20261007", "13800000001", "fridge", "cancelled", 12, -8, "北京市海淀区中关村大街1号"),
    ("20261008", "13800000002", "washer", "shipped", 4, 1, "广州市天河区体育东路5号"),
    ("20261009", "13800000003", "aircon", "delivered", 9, -5, "成都市武侯区人民南路四段9号"),
    ("20261010", "13900000001", "tv", "paid", 1, 5, "Apartment 12, 8 Century Avenue, Shanghai"),
    ("20261011", "13900000001", "robot", "out_for_delivery", 2, 0, "Apartment 12, 8 Century Avenue, Shanghai"),
    ("20261012", "13900000002", "fridge", "placed", 0, 7, "Room 301, 66 Binjiang Road, Hangzhou"),
)
MEMBERS = (
    ("2001", "王芳", "gold", 12600, 120),
    ("2002", "陈先生", "platinum", 58300, 300),
    ("13800000001", "李伟", "silver", 850, 30),
    ("13900000001", "Tom Baker", "gold", 9100, 200),
)


def seeded(today: date) -> Shop:
    """A shop with a dozen orders and four members."""

    def day(offset: int) -> str:
        return (today + timedelta(days=offset)).isoformat()

    shop = Shop()
    for number, phone, product, status, ago, ahead, address in ORDERS:
        zh, en, amount = PRODUCTS[product]
        shop.orders[number] = Order(number, phone, product, zh, en, amount, status, day(-ago), day(ahead), address)
    for phone, name, level, points, ahead in MEMBERS:
        shop.members[phone] = Member(phone, name, level, points, day(ahead))
    return shop
